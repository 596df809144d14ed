using CriSharp.Daemon.Checks;
using CriSharp.Linux.Cgroups;

namespace CriSharp.Daemon.Tests;

public sealed class RuntimeHoleTests
{
    private const string Of2025 = "CVE-2025-31133,CVE-2025-52565,CVE-2025-52881,CVE-2026-41579";
    private const string Of2023 = $"CVE-2023-27561,CVE-2023-28642,CVE-2024-21626,CVE-2024-45310,{Of2025}";
    private const string Of2021 = $"CVE-2021-30465,CVE-2022-29162,{Of2023}";

    [Theory]
    [InlineData("runc version 1.0.0-rc2", $"CVE-2016-9962,CVE-2019-5736,CVE-2019-16884,CVE-2019-19921,{Of2021}")]
    [InlineData("runc version 1.0.0-rc3", $"CVE-2019-5736,CVE-2019-16884,CVE-2019-19921,{Of2021}")]
    [InlineData("runc version 1.0.0~rc6+dfsg1", $"CVE-2019-5736,CVE-2019-16884,CVE-2019-19921,{Of2021}")]
    [InlineData("runc version 1.0.0-rc7", $"CVE-2019-16884,CVE-2019-19921,{Of2021}")]
    [InlineData("runc version 1.0.0-rc9", $"CVE-2019-19921,{Of2021}")]
    [InlineData("runc version 1.0.0-rc10", Of2021)]
    [InlineData("runc version 1.0.0~rc93+ds1", Of2021)]
    [InlineData("runc version 1.0.0-rc95", $"CVE-2022-29162,{Of2023}")]
    [InlineData("runc version 1.1.1", $"CVE-2022-29162,{Of2023}")]
    [InlineData("runc version 1.1.2", Of2023)]
    [InlineData("runc version 1.1.4", Of2023)]
    [InlineData("runc version 1.1.5+ds1", $"CVE-2024-21626,CVE-2024-45310,{Of2025}")]
    [InlineData("runc version v1.1.5", $"CVE-2024-21626,CVE-2024-45310,{Of2025}")]
    [InlineData("runc version 1.1.12", $"CVE-2024-45310,{Of2025}")]
    [InlineData("runc version 1.1.15+ds1", Of2025)]
    [InlineData("runc version 1.2.0-rc.2", $"CVE-2024-45310,{Of2025}")]
    [InlineData("runc version 1.2.8", "CVE-2026-41579")]
    [InlineData("runc version 1.3.2", Of2025)]
    [InlineData("runc version 1.4.0-rc.2+dev", Of2025)]
    [InlineData("runc version 1.4.0~rc.3", "CVE-2026-41579")]
    [InlineData("runc version 1.4.2", "CVE-2026-41579")]
    [InlineData("runc version 1.3.6", "")]
    [InlineData("runc version 1.4.3", "")]
    [InlineData("runc version 1.5.0-rc.2", "CVE-2026-41579")]
    [InlineData("runc version 1.5.0-rc.3", "")]
    [InlineData("runc version 1.5.0", "")]
    [InlineData("runc version 2.0.0", "")]
    [InlineData("crun version 0.2", "CVE-2019-5736,CVE-2019-16884,CVE-2019-18837,CVE-2022-27650,CVE-2025-24965,CVE-2026-47766")]
    [InlineData("crun version 0.9.1", "CVE-2019-16884,CVE-2019-18837,CVE-2022-27650,CVE-2025-24965,CVE-2026-47766")]
    [InlineData("crun version 0.10.4-dirty", "CVE-2019-18837,CVE-2022-27650,CVE-2025-24965,CVE-2026-47766")]
    [InlineData("crun version 0.10.5", "CVE-2022-27650,CVE-2025-24965,CVE-2026-47766")]
    [InlineData("crun version 1.4.3", "CVE-2022-27650,CVE-2025-24965,CVE-2026-47766")]
    [InlineData("crun version 1.8.1", "CVE-2025-24965,CVE-2026-47766")]
    [InlineData("crun version 1.18.2", "CVE-2025-24965,CVE-2026-47766")]
    [InlineData("crun version 1.19", "CVE-2025-24965,CVE-2026-30892,CVE-2026-47766")]
    [InlineData("crun version 1.20", "CVE-2026-30892,CVE-2026-47766")]
    [InlineData("crun version 1.26", "CVE-2026-30892,CVE-2026-47766")]
    [InlineData("crun version 1.27.1", "CVE-2026-47766")]
    [InlineData("crun version 1.28", "")]
    [InlineData("youki version 0.1.0", "")]
    [InlineData("nonsense", "")]
    [InlineData("", "")]
    public void Holes_OfAVersion_AreThoseNotYetClosedInIt(string words, string cves) =>
        Assert.Equal(cves, string.Join(',', RuntimeHole.Of(words).Select(hole => hole.Cve)));

    [Theory]
    [InlineData("runc version unknown", true)]
    [InlineData("crun version UNKNOWN", true)]
    [InlineData("runc version 1.5.0", false)]
    [InlineData("crun version v1.28", false)]
    [InlineData("runsc version release-20260101.0", false)]
    [InlineData("", false)]
    public void Version_OfARuntimeWithKnownHoles_ThatCantBeReadIsTold(string words, bool cantTell)
    {
        Assert.Equal(cantTell, RuntimeHole.CantTell(words));
        var found = new RuntimeFindings("r", "/r", words, RuntimeHole.Of(words));
        Assert.Equal(cantTell, RuntimesCheck.Judge("runtime r", found, CgroupMode.V2).Any(finding => finding.Level == CheckLevel.Warning));
    }

    [Fact]
    public void Words_SayWhatItIsAndWhereItIsClosed()
    {
        var found = new RuntimeFindings("runc", "/usr/sbin/runc", "runc version 1.3.5", RuntimeHole.Of("runc version 1.3.5"));
        Assert.Contains("CVE-2026-41579", found.HoleWords, StringComparison.Ordinal);
        Assert.Contains("1.3.6, 1.4.3, 1.5.0-rc.3", found.HoleWords, StringComparison.Ordinal);
        Assert.Contains("unless your distribution", found.HoleWords, StringComparison.Ordinal);
    }
}
