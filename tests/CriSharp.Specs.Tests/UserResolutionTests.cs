using CriSharp.Cri.V1;

namespace CriSharp.Specs.Tests;

public sealed class UserResolutionTests
{
    private const string Passwd = """
        root:x:0:0:root:/root:/bin/sh
        daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
        app:x:1000:1001:An App,,,:/home/app:/bin/sh
        99999999999999:x:0:0::/root:/bin/sh
        77:x:0:0::/root:/bin/sh
        huge:x:4294967296:0::/:/bin/sh
        negative:x:-1:0::/:/bin/sh
        blank:x::0::/:/bin/sh
        hugegroup:x:5:2147483648::/:/bin/sh
        short:x
        """;

    private const string Group = """
        root:x:0:
        audio:x:29:app,daemon
        staff:x:50:other,app
        broken:x:notanumber:app
        bare:x:51
        huge:x:4294967297:app
        named:x:777:
        """;

    private static ResolvedUser Resolve(string imageUser, Action<LinuxContainerSecurityContext>? change = null)
    {
        var security = new LinuxContainerSecurityContext();
        change?.Invoke(security);
        return UserResolution.Resolve(Passwd, Group, imageUser, security);
    }

    [Theory]
    [InlineData("", 0u, 0u, new uint[] { 0 }, "/root")]
    [InlineData("app", 1000u, 1001u, new uint[] { 1001, 29, 50 }, "/home/app")]
    [InlineData("1000", 1000u, 1001u, new uint[] { 1001, 29, 50 }, "/home/app")]
    [InlineData("app:named", 1000u, 777u, new uint[] { 777, 29, 50 }, "/home/app")]
    [InlineData("app:12", 1000u, 12u, new uint[] { 12, 29, 50 }, "/home/app")]
    [InlineData("4000", 4000u, 0u, new uint[] { 0 }, "/")]
    [InlineData("4000:4001", 4000u, 4001u, new uint[] { 4001 }, "/")]
    [InlineData(":named", 0u, 777u, new uint[] { 777 }, "/root")]
    [InlineData("app:", 1000u, 1001u, new uint[] { 1001, 29, 50 }, "/home/app")]
    [InlineData("2147483647", 2147483647u, 0u, new uint[] { 0 }, "/")]
    public void ImageUser_InEachForm_IsResolved(string imageUser, uint uid, uint gid, uint[] groups, string home)
    {
        var user = Resolve(imageUser);

        Assert.Equal(uid, user.Uid);
        Assert.Equal(gid, user.Gid);
        Assert.Equal(groups, user.AdditionalGids);
        Assert.Equal(home, user.Home);
    }

    [Fact]
    public void Policy_ThatIsUnknown_IsRefused() =>
        Refused.Invalid("supplemental_groups_policy 9", () => Resolve("app", security => security.SupplementalGroupsPolicy = (SupplementalGroupsPolicy)9));

    [Theory]
    [InlineData("2147483648")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("99999999999999")] // has a line of that name with uid 0
    [InlineData("0:4294967296")]
    [InlineData("huge")]
    [InlineData("negative")]
    [InlineData("blank")]
    [InlineData("hugegroup")]
    [InlineData("app:huge")]
    public void ImageUser_WithNumberOutOfRange_IsRefused_CVE_2024_40635(string imageUser) => Refused.Invalid("", () => Resolve(imageUser));

    [Fact]
    public void ImageUser_OfDigits_IsNeverTakenForAName_CVE_2026_46680() => Assert.Equal(77u, Resolve("77").Uid);

    [Theory]
    [InlineData("nobody", "no user \"nobody\"")]
    [InlineData("short", "no user \"short\"")]
    [InlineData("-1", "no user \"-1\"")]
    [InlineData("+0", "no user \"+0\"")]
    [InlineData(" 0", "no user \" 0\"")]
    [InlineData("app:nogroup", "no group \"nogroup\"")]
    [InlineData("a\nb", "\\u000a")]
    public void ImageUser_ThatTheImageLacks_IsRefused(string imageUser, string words) => Refused.Invalid(words, () => Resolve(imageUser));

    [Fact]
    public void RunAsUser_ReplacesTheImagesUserAndGroup()
    {
        var user = Resolve("app:named", security => security.RunAsUser = new Int64Value { Value = 1 });

        Assert.Equal((1u, 1u), (user.Uid, user.Gid));
        Assert.Equal([1u, 29u], user.AdditionalGids);
    }

    [Fact]
    public void RunAsUser_GoesBeforeRunAsUsername()
    {
        var user = Resolve("", security =>
        {
            security.RunAsUser = new Int64Value { Value = 5000 };
            security.RunAsUsername = "app";
        });

        Assert.Equal((5000u, 0u), (user.Uid, user.Gid));
    }

    [Fact]
    public void RunAsUsername_GoesBeforeTheImage() => Assert.Equal(1000u, Resolve("daemon", security => security.RunAsUsername = "app").Uid);

    [Fact]
    public void RunAsUsername_ThatTheImageLacks_IsRefused() => Refused.Invalid("no user", () => Resolve("", security => security.RunAsUsername = "x"));

    [Theory]
    [InlineData(-1)]
    [InlineData(2147483648)]
    [InlineData(4294967296)]
    public void RunAsUser_OutOfRange_IsRefused(long uid) =>
        Refused.Invalid("out of range", () => Resolve("", security => security.RunAsUser = new Int64Value { Value = uid }));

    [Fact]
    public void RunAsGroup_WithoutUser_IsRefused() =>
        Refused.Invalid("run_as_group", () => Resolve("app", security => security.RunAsGroup = new Int64Value { Value = 1 }));

    [Fact]
    public void RunAsGroup_IsThePrimaryAndFirst_CVE_2022_2995()
    {
        var user = Resolve("", security =>
        {
            security.RunAsUser = new Int64Value { Value = 1000 };
            security.RunAsGroup = new Int64Value { Value = 3000 };
            security.SupplementalGroups.Add([2000, 29, 3000, 2000]);
        });

        Assert.Equal(3000u, user.Gid);
        Assert.Equal([3000u, 29u, 50u, 2000u], user.AdditionalGids);
    }

    [Fact]
    public void SupplementalGroups_Strict_LeaveTheImagesOut()
    {
        var user = Resolve("app", security =>
        {
            security.SupplementalGroupsPolicy = SupplementalGroupsPolicy.Strict;
            security.SupplementalGroups.Add(2000);
        });

        Assert.Equal([1001u, 2000u], user.AdditionalGids);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(4294967296)]
    public void SupplementalGroup_OutOfRange_IsRefused(long gid) =>
        Refused.Invalid("supplemental group", () => Resolve("app", security => security.SupplementalGroups.Add(gid)));

    [Theory]
    [InlineData("/home/x\rroot::0:0::/:")]
    [InlineData("relative")]
    [InlineData("")]
    [InlineData("/x\u0001")]
    public void Home_ThatIsNoPlainPath_IsReplaced_CVE_2022_4318(string home)
    {
        var user = UserResolution.Resolve($"app:x:1:1::{home}:/bin/sh\n", "", "app", null);

        Assert.Equal("/", user.Home);
    }

    [Fact]
    public void Groups_InAHugeFile_AreBounded_CVE_2026_47262()
    {
        var million = string.Concat(Enumerable.Range(0, 500_000).Select(i => $"g{i}:x:{i}:\n"));
        var longLine = "many:x:60:" + string.Concat(Enumerable.Repeat("someone,", 100_000)) + "app\n";

        Assert.Equal([1001u, 60u], UserResolution.Resolve(Passwd, longLine, "app", null).AdditionalGids);
        Assert.Equal([1001u], UserResolution.Resolve(Passwd, million[..8_000_000], "app", null).AdditionalGids);
        Refused.Invalid("limit", () => UserResolution.Resolve(Passwd, new string('\n', UserResolution.FileLimitBytes + 1), "app", null));
    }

    [Fact]
    public void Groups_MoreThanTheKernelTakes_AreRefused()
    {
        var groups = string.Concat(Enumerable.Range(1, 70_000).Select(i => $"g:x:{i}:app\n"));

        Refused.Invalid("65536", () => UserResolution.Resolve(Passwd, groups, "app", null));
    }

    [Fact]
    public void Sandbox_TakesNumbers()
    {
        var user = UserResolution.ResolveForSandbox(new LinuxSandboxSecurityContext
        {
            RunAsUser = new Int64Value { Value = 65535 },
            RunAsGroup = new Int64Value { Value = 7 },
            SupplementalGroups = { 8 },
        });

        Assert.Equal([7u, 8u], user.AdditionalGids);
        Assert.Equal(65535u, user.Uid);
        Refused.Invalid("run_as_group", () => UserResolution.ResolveForSandbox(new LinuxSandboxSecurityContext { RunAsGroup = new Int64Value() }));
    }
}
