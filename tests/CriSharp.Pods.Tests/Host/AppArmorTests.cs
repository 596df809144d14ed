using CriSharp.Pods.Host;
using CriSharp.Specs;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Pods.Tests.Host;

/// <summary>With files in the place of the kernel's, and a script in that of the parser.</summary>
public sealed class AppArmorTests : IDisposable
{
    private static readonly HostFacts Facts = new() { BoundingCapabilities = new HashSet<string>(), CgroupVersion = CgroupVersion.V2 };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("apparmor");

    private string Enabled => Path.Combine(_folder.FullName, "enabled");

    private string Profiles => Path.Combine(_folder.FullName, "profiles");

    private string Parser => Path.Combine(_folder.FullName, "apparmor_parser");

    private string Input => Path.Combine(_folder.FullName, "input");

    public AppArmorTests()
    {
        File.WriteAllText(Enabled, "Y\n");
        File.WriteAllText(Profiles, "own (enforce)\nwith (brackets) (complain)\n");
        WriteParser($"cat > {Input}; echo 'crisharp-default (enforce)' >> {Profiles}");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void WriteParser(string script)
    {
        File.WriteAllText(Parser, $"#!/bin/sh\n[ \"$*\" = -Kr ] || exit 9\n{script}\n");
        File.SetUnixFileMode(Parser, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private AppArmor Make(string profile = DefaultAppArmor.ProfileName) => new(
        new AppArmorOptions { DefaultProfile = profile, EnabledFile = Enabled, ProfilesFile = Profiles, ParserPaths = [Parser] }, NullLogger<AppArmor>.Instance);

    private async Task<HostFacts> AskAsync(bool needsDefault, string profile = DefaultAppArmor.ProfileName)
    {
        using var appArmor = Make(profile);
        return await appArmor.AddToAsync(Facts, needsDefault, CancellationToken.None);
    }

    [Theory]
    [InlineData("N\n")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Facts_WhereItIsOff_HaveNoProfiles(string? enabled)
    {
        File.Delete(Enabled);
        if (enabled is not null)
        {
            await File.WriteAllTextAsync(Enabled, enabled);
        }

        Assert.Null((await AskAsync(needsDefault: true)).AppArmorProfiles);
        Assert.False(File.Exists(Input));
    }

    [Fact]
    public async Task Facts_AreThoseOfNow()
    {
        using var appArmor = Make();
        Assert.Equal(["own", "with (brackets)"], (await appArmor.AddToAsync(Facts, needsDefault: false, CancellationToken.None)).AppArmorProfiles!.Order());

        await File.AppendAllTextAsync(Profiles, "later//child (enforce)\n");

        Assert.Contains("later//child", (await appArmor.AddToAsync(Facts, needsDefault: false, CancellationToken.None)).AppArmorProfiles!);
        Assert.False(File.Exists(Input));
    }

    [Fact]
    public async Task TheDefault_IsLoadedWhenItIsNeededAndAway()
    {
        Assert.Contains("crisharp-default", (await AskAsync(needsDefault: true)).AppArmorProfiles!);
        Assert.Contains("profile crisharp-default ", await File.ReadAllTextAsync(Input));

        File.Delete(Input);
        Assert.Contains("crisharp-default", (await AskAsync(needsDefault: true)).AppArmorProfiles!);
        Assert.False(File.Exists(Input));
    }

    [Fact]
    public async Task Start_LoadsItAgain_SinceAnOlderDaemonsMayBeThere()
    {
        await File.AppendAllTextAsync(Profiles, "crisharp-default (enforce)\n");
        using var appArmor = Make();

        await appArmor.StartAsync(CancellationToken.None);

        Assert.True(File.Exists(Input));
    }

    [Fact]
    public async Task WithoutAParser_TheFactsSayWhatToInstall()
    {
        File.Delete(Parser);

        var facts = await AskAsync(needsDefault: true);

        Assert.Equal(["own", "with (brackets)"], facts.AppArmorProfiles!.Order());
        Assert.Contains("apparmor_parser is not installed", facts.AppArmorTrouble);
    }

    [Fact]
    public async Task AParserThatFails_IsQuoted()
    {
        WriteParser("echo 'syntax error, line 3' >&2; exit 1");

        Assert.Contains("syntax error, line 3", (await AskAsync(needsDefault: true)).AppArmorTrouble);
    }

    [Fact]
    public async Task AnotherProfileThanOurs_IsNeverLoaded()
    {
        var facts = await AskAsync(needsDefault: true, "of-the-node");

        Assert.DoesNotContain("of-the-node", facts.AppArmorProfiles!);
        Assert.Contains("configuration", facts.AppArmorTrouble);
        Assert.False(File.Exists(Input));
    }
}
