namespace CriSharp.Daemon.Checks;

/// <summary>A hole in an OCI runtime that has been closed by a release.</summary>
/// <param name="Words">What a container could do.</param>
/// <param name="FixedIn">The first release without it, of each series that got one.</param>
internal sealed record RuntimeHole(string Program, string Cve, string Words, IReadOnlyList<RuntimeVersion> FixedIn)
{
    /// <remarks>
    /// Not among them, since no container here meets their conditions: runc's CVE-2021-43784 (no release could be attacked) and
    /// CVE-2023-25809 (a runtime that isn't root's), crun's CVE-2026-88264 and CVE-2026-88265 (nothing is mounted at /dev).
    /// </remarks>
    public static readonly IReadOnlyList<RuntimeHole> Known =
    [
        Of("runc", "CVE-2016-9962", "get at the runtime's files of the host during an exec", "1.0.0-rc.3"),
        Of("runc", "CVE-2019-5736", "overwrite the runtime's own program", "1.0.0-rc.7"),
        Of("runc", "CVE-2019-16884", "get around AppArmor by a volume over /proc", "1.0.0-rc.9"),
        Of("runc", "CVE-2019-19921", "get around AppArmor and SELinux by a volume that two containers change", "1.0.0-rc.10"),
        Of("runc", "CVE-2021-30465", "have host folders mounted by swapping links", "1.0.0-rc.95"),
        Of("runc", "CVE-2022-29162", "get inheritable capabilities in an exec", "1.1.2"),
        Of("runc", "CVE-2023-27561", "have /proc mounted through a link of its own", "1.1.5"),
        Of("runc", "CVE-2023-28642", "get around AppArmor and SELinux by a link at /proc", "1.1.5"),
        Of("runc", "CVE-2024-21626", "reach the host's files by a leaked descriptor", "1.1.12"),
        Of("runc", "CVE-2024-45310", "have empty files and folders made on the host", "1.1.14", "1.2.0-rc.3"),
        Of("runc", "CVE-2025-31133", "write to the host's /proc where a path should be masked", "1.2.8", "1.3.3", "1.4.0-rc.3"),
        Of("runc", "CVE-2025-52565", "write to the host's /proc by a link at /dev/console", "1.2.8", "1.3.3", "1.4.0-rc.3"),
        Of("runc", "CVE-2025-52881", "turn writes of the runtime's to other files of /proc", "1.2.8", "1.3.3", "1.4.0-rc.3"),
        Of("runc", "CVE-2026-41579", "have links made in host folders by a link at /dev", "1.3.6", "1.4.3", "1.5.0-rc.3"),
        Of("crun", "CVE-2019-5736", "overwrite the runtime's own program", "0.3"),
        Of("crun", "CVE-2019-16884", "get around AppArmor and SELinux by a volume over /proc", "0.10"),
        Of("crun", "CVE-2019-18837", "reach the host's files by links where something is mounted", "0.10.5"),
        Of("crun", "CVE-2022-27650", "get inheritable capabilities in an exec", "1.4.4"),
        Of("crun", "CVE-2025-24965", "have files of the host overwritten, with the krun handler", "1.20"),
        Of("crun", "CVE-2026-30892", "get as its root what a person's \"crun exec -u\" gives to another user", "1.27") with { Since = RuntimeVersion.Parse("1.19") },
        Of("crun", "CVE-2026-47766", "have devices made in host folders by a link at /dev", "1.28"),
    ];

    /// <summary>The first release with it; null: it was always there.</summary>
    public RuntimeVersion? Since { get; init; }

    /// <param name="versionWords">The first line of the program's --version.</param>
    public static IReadOnlyList<RuntimeHole> Of(string versionWords) => RuntimeVersion.Find(versionWords) is var (program, version)
        ? [.. Known.Where(hole => hole.Program == program && hole.Has(version))]
        : [];

    /// <summary>It is a program with holes that are known, and says no version that can be read.</summary>
    /// <inheritdoc cref="Of(string)"/>
    public static bool CantTell(string versionWords) =>
        RuntimeVersion.Find(versionWords) is null && Known.Any(hole => versionWords.StartsWith(hole.Program + ' ', StringComparison.Ordinal));

    /// <summary>A series without a fix of its own has the hole unless it began after the last fix.</summary>
    public bool Has(RuntimeVersion version)
    {
        var ofSeries = FixedIn.Where(fix => fix.Series == version.Series).ToList();
        return version.CompareTo(Since ?? version) >= 0 && version.CompareTo(ofSeries.Count > 0 ? ofSeries[0] : FixedIn.Max()) < 0;
    }

    public override string ToString() => $"{Cve} (a container can {Words}; fixed in {string.Join(", ", FixedIn)})";

    private static RuntimeHole Of(string program, string cve, string words, params string[] fixedIn) => new(program, cve, words, [.. fixedIn.Select(RuntimeVersion.Parse)]);
}
