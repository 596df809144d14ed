using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using CriSharp.Oci;

namespace CriSharp.Daemon.Configuration;

/// <summary>A resource limit as people write it: "nofile=1024:2048", soft and hard, or one number for both; -1 is unlimited. getrlimit(2)</summary>
internal static class UlimitText
{
    public const string Expected = "a limit such as nofile=1024:2048, soft below or equal to hard, -1 for unlimited";

    private const string Prefix = "RLIMIT_";

    private static readonly string[] Names =
    [
        "as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack",
    ];

    public static bool TryParse(string text, [NotNullWhen(true)] out SpecRlimit? limit)
    {
        limit = null;
        if (text.Split('=') is not [var name, var values] || !Names.Contains(name) || values.Split(':') is not { Length: 1 or 2 } ends)
        {
            return false;
        }

        if (!TryNumber(ends[0], out var soft) || !TryNumber(ends[^1], out var hard) || soft > hard)
        {
            return false;
        }

        limit = new SpecRlimit { Type = Prefix + name.ToUpperInvariant(), Soft = soft, Hard = hard };
        return true;
    }

    public static string Format(SpecRlimit limit) => $"{limit.Type[Prefix.Length..].ToLowerInvariant()}={Number(limit.Soft)}:{Number(limit.Hard)}";

    private static bool TryNumber(string text, out ulong number)
    {
        number = ulong.MaxValue;
        return text is "-1" or "unlimited" || ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static string Number(ulong number) => number == ulong.MaxValue ? "-1" : number.ToString(CultureInfo.InvariantCulture);
}
