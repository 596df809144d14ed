namespace CriSharp.Storage.Tests.Exact;

/// <summary>A format of an archiver, and what it can hold: trees are made within that, so whatever differs afterwards is ours.</summary>
/// <param name="Command">Packs the current folder into $ARCHIVE.</param>
internal sealed record ArchiveFormat(string Command)
{
    private const string Gnu = "tar --numeric-owner -cf $ARCHIVE";
    private const string GnuPax = Gnu + " --format=pax --xattrs --xattrs-include='*'";
    private const string Bsd = "bsdtar --numeric-owner -cf $ARCHIVE";

    /// <summary>In bytes, without "./".</summary>
    public int PathLimit { get; init; } = 1200;

    public int NameLimit { get; init; } = 255;

    /// <summary>Of symbolic links and of the names that hard links point at.</summary>
    public int LinkLimit { get; init; } = 600;

    public uint AccountLimit { get; init; } = uint.MaxValue - 1;

    public uint NodeLimit { get; init; } = (1 << 20) - 1;

    public bool HasNodes { get; init; } = true;

    public bool HasNanoseconds { get; init; }

    public bool HasOldTimes { get; init; } = true;

    /// <summary>libarchive 3.6 writes "-5.3" where it means 0.3 s after -5.</summary>
    public bool HasOldNanoseconds { get; init; } = true;

    public bool HasAttributes { get; init; }

    /// <summary>libarchive writes such names in a code of its own.</summary>
    public bool HasOddAttributeNames { get; init; }

    /// <summary>libarchive writes ACLs as text, which no runtime reads.</summary>
    public bool HasAcls { get; init; }

    public static IReadOnlyDictionary<string, ArchiveFormat> All { get; } = new Dictionary<string, ArchiveFormat>
    {
        ["gnu"] = new(Gnu + " --format=gnu ."),
        ["gnu sparse"] = new(Gnu + " --format=gnu --sparse ."),
        ["oldgnu"] = new(Gnu + " --format=oldgnu --sparse ."),
        ["pax"] = new(GnuPax + " .") { HasNanoseconds = true, HasAttributes = true, HasOddAttributeNames = true, HasAcls = true },
        ["pax sparse 0.0"] = new(GnuPax + " --sparse --sparse-version=0.0 .") { HasNanoseconds = true, HasAttributes = true, HasOddAttributeNames = true, HasAcls = true },
        ["pax sparse 0.1"] = new(GnuPax + " --sparse --sparse-version=0.1 .") { HasNanoseconds = true, HasAttributes = true, HasOddAttributeNames = true, HasAcls = true },
        ["pax sparse 1.0"] = new(GnuPax + " --sparse --sparse-version=1.0 .") { HasNanoseconds = true, HasAttributes = true, HasOddAttributeNames = true, HasAcls = true },
        ["ustar"] = new(Gnu + " --format=ustar .") { PathLimit = 150, NameLimit = 60, LinkLimit = 95, AccountLimit = (1 << 21) - 1, HasOldTimes = false },
        ["v7"] = new(Gnu + " --format=v7 .") { PathLimit = 90, NameLimit = 60, LinkLimit = 90, AccountLimit = (1 << 21) - 1, HasOldTimes = false, HasNodes = false },
        // libarchive 3.6 loses the folder of a sparse file, or the end of its name, where that is long and the path no UTF-8.
        ["bsd pax"] = new(Bsd + " --format=pax .") { NameLimit = 80, HasNanoseconds = true, HasAttributes = true, NodeLimit = 200_000, HasOldNanoseconds = false },
        ["bsd gnu"] = new(Bsd + " --format=gnutar .") { HasOldTimes = false, NodeLimit = 200_000, HasOldNanoseconds = false },
        ["bsd ustar"] = new(Bsd + " --format=ustar .") { PathLimit = 150, NameLimit = 60, LinkLimit = 95, AccountLimit = (1 << 18) - 1, HasOldTimes = false, NodeLimit = 200_000, HasOldNanoseconds = false },
    };
}
