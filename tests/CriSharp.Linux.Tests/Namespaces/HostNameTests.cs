using CriSharp.Linux.Namespaces;

namespace CriSharp.Linux.Tests.Namespaces;

public sealed class HostNameTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("crisharp-hostname-").FullName;

    private string Pins => Path.Combine(_root, "ns");

    public void Dispose()
    {
        NamespacePins.Unpin(Pins);
        Directory.Delete(_root);
    }

    [Theory]
    [InlineData("node-1")]
    [InlineData("node-1.rack.example.org")]
    public async Task Read_GivesTheWholeName(string name)
    {
        await NamespacePins.CreateAsync(Pins, new NamespaceRequest { Kinds = NamespaceKinds.Uts, HostName = name });

        var read = await NamespaceThread.RunAsync(() =>
        {
            using var uts = NamespaceFile.Open(NamespacePins.PathOf(Pins, NamespaceKinds.Uts));
            LinuxException.ThrowIfFailed(Libc.SetNamespace(uts, Libc.CLONE_NEWUTS), "setns");
            return HostName.Read();
        });

        Assert.Equal(name, read);
    }
}
