using CriSharp.Linux.Mounts;
using CriSharp.Oci;
using CriSharp.Pods.Audit;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Tests.Audit;

public sealed class OrphanMountsTests : IDisposable
{
    private readonly AuditFixture _instance = new();

    public void Dispose() => _instance.Dispose();

    [Fact]
    public void Find_WhenMountsHaveAnOwnerOrAreAnAdministrators_PassesThemOver()
    {
        var record = Samples.Container(PodSandboxId.New());
        _instance.Containers.Begin(record);
        var (root, run) = (_instance.Folders.Root, _instance.Folders.RunRoot);

        Assert.Empty(Find(
            "/", "/proc", root, run, $"{root}/layers", $"{root}/snapshots", $"{root}/layers/.staging/1234/lower", $"{root}/snapshots/{record.Id}/upper",
            $"{run}/containers/{record.Id}/rootfs", $"{run}/sandboxes/{record.SandboxId}/ns/net", $"{run}-other/x", $"{run}/gone//deleted"));
    }

    [Fact]
    public void Find_WhenTheContainerIsGone_IsSurelyOurs()
    {
        var target = $"{_instance.Folders.Root}/snapshots/{ContainerId.New()}/upper";

        var finding = Assert.Single(Find(target, target));

        Assert.Equal((target, Removal.Sure), (finding.Subject, finding.Removal));
    }

    [Fact]
    public void Find_WhenThePlaceIsNotOneOfOurs_AsksAPerson()
    {
        var finding = Assert.Single(Find($"{_instance.Folders.RunRoot}/extra"));

        Assert.Equal(Removal.WhenAsked, finding.Removal);
    }

    private Finding[] Find(params string[] targets) =>
    [
        .. new OrphanMounts(_instance.Owners, _instance.Options).Find(
            [.. targets.Select((target, i) => new MountEntry(i + 1, 1, (0, 1), "/", target, "rw", "", "tmpfs", "tmpfs", "rw"))],
            [_instance.Folders.Root, _instance.Folders.RunRoot]),
    ];
}
