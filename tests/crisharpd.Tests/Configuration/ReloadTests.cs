using CriSharp.Daemon.CommandLine;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Daemon.Tests.Configuration;

public sealed class ReloadTests : IDisposable
{
    private readonly SettingSamples _samples = new();
    private readonly FakeRooms _rooms = new();

    public static TheoryData<string> Flags => SettingSamples.Flags;

    public void Dispose() => _samples.Dispose();

    /// <summary>What the documentation says of a setting is what happens.</summary>
    [Theory]
    [MemberData(nameof(Flags))]
    public async Task Setting_WhenChanged_IsTakenUpOrWantsARestart(string flag)
    {
        var setting = Settings.All.Single(setting => setting.Flag == flag);
        var before = _samples.Before(flag);
        var inForce = new OptionsInForce(SettingSamples.Read(before));
        var path = setting.Key is null ? ConfigurationFile.RuntimesPath : setting.Path;

        var outcome = await ReloadAsync(inForce, () => SettingSamples.Read([.. before, .. _samples.FlagWords(flag)]));

        Assert.Contains(path, setting.IsLive ? outcome.Changed : outcome.WantsRestart);
        Assert.Empty(setting.IsLive ? outcome.WantsRestart : outcome.Changed);
        Assert.Empty((await ReloadAsync(inForce, () => SettingSamples.Read(setting.IsLive ? [.. before, .. _samples.FlagWords(flag)] : before))).Changed);
    }

    [Fact]
    public async Task Reload_WhereNoDaemonIs_SaysWhereItMayBe()
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => AdminCall.ReloadAsync(Path.Combine(_samples.Folder, "none.sock"), CancellationToken.None));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
        Assert.Contains("it is still at its old place: name that by --listen, or send the daemon SIGHUP", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profile_WhoseFileSaysSomethingElse_IsAChange()
    {
        var file = _samples.FileOf("profile.json", """{"defaultAction": "SCMP_ACT_ALLOW"}""");
        string[] words = [.. SettingSamples.Programs, "--seccomp-profile", file];
        var inForce = new OptionsInForce(SettingSamples.Read(words));
        _samples.FileOf("profile.json", """{"defaultAction": "SCMP_ACT_LOG"}""");

        Assert.Equal(["crio.runtime.seccomp_profile"], (await ReloadAsync(inForce, () => SettingSamples.Read(words))).Changed);

        var taken = inForce.Value;
        _samples.FileOf("profile.json", """{"defaultAction": "NONE"}""");
        await Assert.ThrowsAsync<RuntimeException>(() => ReloadAsync(inForce, () => SettingSamples.Read(words)));
        Assert.Same(taken, inForce.Value);
    }

    [Fact]
    public async Task Handler_WhoseProgramIsInstalledNow_IsAChange()
    {
        var options = SettingSamples.Read(SettingSamples.Programs);
        var inForce = new OptionsInForce(options with { Runtimes = [.. options.Runtimes.Select(runtime => runtime with { Unusable = "it was not there" })] });

        Assert.Equal([ConfigurationFile.RuntimesPath], (await ReloadAsync(inForce, () => options)).Changed);
    }

    [Fact]
    public async Task Options_ThatTheRoomsRefuse_ChangeNothing()
    {
        var inForce = new OptionsInForce(SettingSamples.Read(SettingSamples.Programs));
        var old = inForce.Value;
        _rooms.Refusal = new RuntimeException(ErrorKind.FailedPrecondition, "no");

        await Assert.ThrowsAsync<RuntimeException>(() => ReloadAsync(inForce, () => SettingSamples.Read([.. SettingSamples.Programs, "--log-level", "debug"])));

        Assert.Same(old, inForce.Value);
        Assert.Equal(0, _rooms.Changes);
    }

    [Fact]
    public async Task File_ThatCannotBeRead_ChangesNothing()
    {
        var inForce = new OptionsInForce(SettingSamples.Read(SettingSamples.Programs));
        var old = inForce.Value;

        var refusal = await Assert.ThrowsAsync<RuntimeException>(() => ReloadAsync(inForce, () => throw new IOException("the disk is away")));

        Assert.Equal(("the disk is away", 0), (refusal.Message, _rooms.Changes));
        Assert.Same(old, inForce.Value);
    }

    private async Task<ReloadOutcome> ReloadAsync(OptionsInForce inForce, Func<DaemonOptions> read)
    {
        using var reload = new ReloadConfiguration(read, inForce, new LogLevelSwitch(inForce), _rooms, NullLogger.Instance);
        return await reload.RunAsync(CancellationToken.None);
    }
}
