using CriSharp.Daemon.Checks;

namespace CriSharp.Daemon.Tests;

public sealed class RuntimeHoleTests
{
    [Theory]
    [InlineData("runc version 1.1.5+ds1", "CVE-2024-21626,CVE-2024-45310,CVE-2025-31133,CVE-2025-52565,CVE-2025-52881,CVE-2026-41579")]
    [InlineData("runc version 1.1.12", "CVE-2024-45310,CVE-2025-31133,CVE-2025-52565,CVE-2025-52881,CVE-2026-41579")]
    [InlineData("runc version 1.1.15+ds1", "CVE-2025-31133,CVE-2025-52565,CVE-2025-52881,CVE-2026-41579")]
    [InlineData("runc version 1.2.0-rc.2", "CVE-2024-45310,CVE-2025-31133,CVE-2025-52565,CVE-2025-52881,CVE-2026-41579")]
    [InlineData("runc version 1.2.8", "CVE-2026-41579")]
    [InlineData("runc version 1.3.2", "CVE-2025-31133,CVE-2025-52565,CVE-2025-52881,CVE-2026-41579")]
    [InlineData("runc version 1.4.0-rc.2+dev", "CVE-2025-31133,CVE-2025-52565,CVE-2025-52881,CVE-2026-41579")]
    [InlineData("runc version 1.4.0~rc.3", "CVE-2026-41579")]
    [InlineData("runc version 1.3.6", "")]
    [InlineData("runc version 1.4.4", "")]
    [InlineData("runc version 1.5.0-rc.3", "CVE-2026-41579")]
    [InlineData("runc version 1.5.0", "")]
    [InlineData("runc version 2.0.0", "")]
    [InlineData("crun version 1.4.3", "CVE-2022-27650,CVE-2025-24965")]
    [InlineData("crun version 1.8.1", "CVE-2025-24965")]
    [InlineData("crun version 1.20", "")]
    [InlineData("crun version 1.21", "")]
    [InlineData("youki version 0.1.0", "")]
    [InlineData("nonsense", "")]
    [InlineData("", "")]
    public void Holes_OfAVersion_AreThoseNotYetClosedInIt(string words, string cves) =>
        Assert.Equal(cves, string.Join(',', RuntimeHole.Of(words).Select(hole => hole.Cve).Where(cve => !cve.StartsWith("CVE-2019", StringComparison.Ordinal))));

    [Fact]
    public void Words_SayWhatItIsAndWhereItIsClosed()
    {
        var found = new RuntimeFindings("runc", "/usr/sbin/runc", "runc version 1.3.5", RuntimeHole.Of("runc version 1.3.5"));
        Assert.Contains("CVE-2026-41579", found.HoleWords, StringComparison.Ordinal);
        Assert.Contains("1.3.6, 1.4.4, 1.5.0-rc.4", found.HoleWords, StringComparison.Ordinal);
        Assert.Contains("unless your distribution", found.HoleWords, StringComparison.Ordinal);
    }
}
