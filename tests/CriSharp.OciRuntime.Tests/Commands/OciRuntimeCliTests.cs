using System.Text;
using CriSharp.Oci;
using CriSharp.OciRuntime.Commands;
using CriSharp.Primitives;
using CriSharp.TestSupport.FakeRuntime;

namespace CriSharp.OciRuntime.Tests.Commands;

public sealed class OciRuntimeCliTests : IDisposable
{
    private readonly FakeOciRuntime _fake = new();
    private readonly string _root = Directory.CreateTempSubdirectory("oci-runtime-").FullName;
    private readonly ContainerId _id = ContainerId.New();

    public void Dispose()
    {
        _fake.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Start_WhenTheRuntimeRefuses_CarriesItsWordsOnce()
    {
        _fake.Fail("start", 1, "exec: \"nope\": executable file not found in $PATH");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Cli().StartAsync(_id, CancellationToken.None));

        Assert.Equal(ErrorKind.Internal, failure.Kind);
        Assert.Equal($"OCI runtime 'fake': start {_id}: exec: \"nope\": executable file not found in $PATH", failure.Message);
    }

    [Fact]
    public async Task Start_WhenTheRuntimeHangs_KillsItAndSaysSo()
    {
        _fake.Hang("start", 1);
        var cli = new OciRuntimeCli(Handler()) { TimeLimits = new OciRuntimeTimeLimits { Start = TimeSpan.FromMilliseconds(300) } };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => cli.StartAsync(_id, CancellationToken.None));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
        Assert.Contains("did not end within 0.3 s and was killed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WhenTheProgramIsMissing_SaysWhatToDo()
    {
        var cli = new OciRuntimeCli(Handler() with { Path = "/nowhere/runc" });

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => cli.StartAsync(_id, CancellationToken.None));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Contains("/nowhere/runc", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_WhenTheRuntimeDoesNotKnowIt_Succeeds() => await Cli().DeleteAsync(_id, force: false, CancellationToken.None);

    [Fact]
    public async Task Delete_WhenTheRuntimeStillKnowsItAfterAFailure_Fails()
    {
        Directory.CreateDirectory(Path.Combine(_root, $"{_id}"));
        _fake.Fail("delete", 1, "device or resource busy");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Cli().DeleteAsync(_id, force: true, CancellationToken.None));

        Assert.EndsWith("device or resource busy", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_WhenTheProgramHasVanished_RemovesItsState()
    {
        var state = Directory.CreateDirectory(Path.Combine(_root, $"{_id}"));
        await File.WriteAllTextAsync(Path.Combine(state.FullName, "state.json"), "{}");
        var other = Directory.CreateDirectory(Path.Combine(_root, $"{ContainerId.New()}"));

        await new OciRuntimeCli(Handler() with { Path = "/nowhere/runc" }).DeleteAsync(_id, force: true, CancellationToken.None);

        Assert.False(Directory.Exists(state.FullName));
        Assert.True(other.Exists);
    }

    [Fact]
    public async Task State_WhenUnknown_IsNull() => Assert.Null(await Cli().StateAsync(_id, CancellationToken.None));

    [Fact]
    public async Task Update_WhenCalled_GivesTheResourcesOnStandardInput()
    {
        Directory.CreateDirectory(Path.Combine(_root, $"{_id}"));

        await Cli().UpdateAsync(_id, "{\"memory\":{}}"u8.ToArray(), CancellationToken.None);

        Assert.Equal([$"update {_id}"], _fake.Calls);
    }

    [Fact]
    public async Task Verbs_WhenTheRuntimeIsRunc_AnswerForAnUnknownContainer()
    {
        var runc = new OciRuntimeCli(Handler() with { Name = "runc", Path = Programs.Runc });

        Assert.StartsWith("runc version 1.", await runc.VersionAsync(CancellationToken.None), StringComparison.Ordinal);
        Assert.Contains("ociVersionMin", Encoding.UTF8.GetString((await runc.FeaturesAsync(CancellationToken.None))!.Value.Span), StringComparison.Ordinal);
        Assert.Null(await runc.StateAsync(_id, CancellationToken.None));
        await runc.DeleteAsync(_id, force: true, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => runc.StartAsync(_id, CancellationToken.None));
        Assert.Equal($"OCI runtime 'runc': start {_id}: container does not exist", failure.Message);
        Assert.Empty(runc.List());
    }

    private OciRuntimeCli Cli() => new(Handler());

    private RuntimeHandler Handler() => new() { Name = "fake", Path = _fake.ProgramPath, Root = _root };
}
