using CriSharp.OciRuntime;
using CriSharp.OciRuntime.Commands;
using CriSharp.Primitives;

namespace CriSharp.Pods.Tests;

public sealed class RuntimeHandlersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("handlers-").FullName;
    private readonly RuntimeHandlers _handlers;
    private readonly RuntimePlace _begun;

    public RuntimeHandlersTests()
    {
        _handlers = new RuntimeHandlers(TableOf("old", "state-1"));
        _begun = _handlers.PlaceOf("other");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void GetFor_WhenTheHandlersStateMoves_IsTheRuntimeThatThePodBeganWith()
    {
        _handlers.Replace(TableOf("new", "state-2"));

        var place = _handlers.GetFor("other", _begun).Handler;

        Assert.Equal(_begun, new RuntimePlace(place.Name, place.Path, place.Root));
        Assert.Equal(_handlers.Of("other", _begun).Handler, place);
        Assert.Equal(Path.Combine(_folder, "state-2"), _handlers.Get("other").Handler.Root);
    }

    [Fact]
    public void GetFor_WhenOnlyTheProgramMoves_IsTheNewProgram()
    {
        _handlers.Replace(TableOf("new", "state-1"));

        Assert.Equal(Path.Combine(_folder, "new"), _handlers.GetFor("other", _begun).Handler.Path);
    }

    [Fact]
    public void GetFor_WhenTheProgramThatThePodBeganWithIsGone_IsRefused()
    {
        _handlers.Replace(TableOf("new", "state-2"));
        File.Delete(_begun.Path);

        var refusal = Assert.Throws<RuntimeException>(() => _handlers.GetFor("other", _begun));

        Assert.Equal(ErrorKind.FailedPrecondition, refusal.Kind);
        Assert.Contains(_begun.Path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GetFor_WhenTheHandlerIsRemoved_IsRefused()
    {
        _handlers.Replace(new HandlerTable(new Dictionary<string, OciRuntimeCli> { ["runc"] = RuntimeOf("runc", "old", "state-3") }, "runc"));

        Assert.Equal(ErrorKind.NotFound, Assert.Throws<RuntimeException>(() => _handlers.GetFor("other", _begun)).Kind);
        Assert.Equal(_begun.Root, _handlers.Of("other", _begun).Handler.Root);
    }

    [Fact]
    public void GetFor_ARecordOfAnEarlierRelease_IsTheHandlerOfToday() => Assert.Same(_handlers.Get("other"), _handlers.GetFor("other", null));

    private HandlerTable TableOf(string program, string root) => new(
        new Dictionary<string, OciRuntimeCli> { ["runc"] = RuntimeOf("runc", "runc", "state"), ["other"] = RuntimeOf("other", program, root) }, "runc");

    private OciRuntimeCli RuntimeOf(string name, string program, string root)
    {
        var path = Path.Combine(_folder, program);
        File.WriteAllText(path, "");
        return new OciRuntimeCli(new RuntimeHandler { Name = name, Path = path, Root = Path.Combine(_folder, root) });
    }
}
