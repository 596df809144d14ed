using CriSharp.Oci;
using CriSharp.OciRuntime.Bundles;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Tests.Bundles;

public sealed class BundleStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("bundles-").FullName;
    private readonly ContainerId _id = ContainerId.New();

    private BundleStore Store => new(_directory);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Write_WhenNew_OnlyRootMayEnterOrRead()
    {
        var bundle = Store.Write(_id, "{}"u8);

        Assert.Equal("{}", File.ReadAllText(bundle.ConfigPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(bundle.ConfigPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(bundle.Directory));
        Assert.True(Directory.Exists(bundle.RootFs));
        Assert.Equal([_id], Store.List());
    }

    /// <summary>What could not be read again would keep the container from being ended and removed.</summary>
    [Fact]
    public void Write_OfMoreThanIsReadAgain_IsRefusedAndMakesNothing()
    {
        var failure = Assert.Throws<RuntimeException>(() => Store.Write(_id, new byte[RuntimeSpec.LimitBytes + 1]));

        Assert.Equal(ErrorKind.InvalidArgument, failure.Kind);
        Assert.Contains("16777217 bytes", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Store.List());
        Store.Write(_id, new byte[RuntimeSpec.LimitBytes]);
    }

    [Fact]
    public void Remove_WhenCalledTwice_IsIdempotent()
    {
        var bundle = Store.Write(_id, "{}"u8);
        File.WriteAllText(bundle.PidFile, "1");

        Store.Remove(_id);
        Store.Remove(_id);

        Assert.Empty(Store.List());
    }

    [Fact]
    public void Remove_WhenTheRootFileSystemIsStillThere_TouchesNothing()
    {
        var bundle = Store.Write(_id, "{}"u8);
        File.WriteAllText(Path.Combine(bundle.RootFs, "precious"), "x");

        var failure = Assert.Throws<RuntimeException>(() => Store.Remove(_id));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.True(File.Exists(bundle.ConfigPath));
    }

    [Fact]
    public void Write_WhenTheFolderCannotBeMade_SaysWhichAndWhy()
    {
        File.WriteAllText(Path.Combine(_directory, "file"), "");

        var failure = Assert.Throws<RuntimeException>(() => new BundleStore(Path.Combine(_directory, "file")).Write(_id, "{}"u8));

        Assert.Contains($"{_id}", failure.Message, StringComparison.Ordinal);
    }
}
