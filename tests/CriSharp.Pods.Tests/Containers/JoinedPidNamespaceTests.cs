using CriSharp.Linux.Processes;
using CriSharp.Oci;
using CriSharp.Pods.Containers;
using CriSharp.Primitives;

namespace CriSharp.Pods.Tests.Containers;

public sealed class JoinedPidNamespaceTests
{
    private static readonly ProcessIdentity Self = ProcessIdentity.TryRead(Environment.ProcessId)!.Value;

    [Fact]
    public void Check_WhenTheOwnerLives_Passes() => JoinedPidNamespace.Check(With($"/proc/{Self.Pid}/ns/pid"), Of(Self));

    [Fact]
    public void Check_WhenAnotherProcessHasItsNumber_IsRefused()
    {
        var refusal = Assert.Throws<RuntimeException>(() => JoinedPidNamespace.Check(With($"/proc/{Self.Pid}/ns/pid"), Of(Self with { StartTicks = Self.StartTicks - 1 })));

        Assert.Equal(ErrorKind.FailedPrecondition, refusal.Kind);
        Assert.Contains($"process {Self.Pid} ended", refusal.Message);
        Assert.Throws<RuntimeException>(() => JoinedPidNamespace.Check(With("/proc/1/ns/pid"), null));
    }

    [Fact]
    public void Check_OfAContainerWithItsOwn_AsksForNobody() => JoinedPidNamespace.Check(With(null), null);

    private static ContainerProcesses Of(ProcessIdentity init) => new(init, init);

    private static RuntimeSpec With(string? path) => new()
    {
        Process = new SpecProcess { User = new SpecUser { Uid = 0, Gid = 0 }, Args = ["sh"], Cwd = "/" },
        Root = new SpecRoot { Path = "rootfs" },
        Linux = new SpecLinux { Namespaces = [new SpecNamespace { Type = SpecNamespace.Pid, Path = path }] },
    };
}
