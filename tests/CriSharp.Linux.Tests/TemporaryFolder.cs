using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;

namespace CriSharp.Linux.Tests;

/// <summary>A throw-away folder; what was mounted in it is unmounted first.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("crisharp-linux-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Make(string name) => Directory.CreateDirectory(this[name]).FullName;

    public string Write(string name, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], content);
        return this[name];
    }

    public void Dispose()
    {
        foreach (var entry in MountTable.Read().Where(entry => entry.Target.StartsWith(Path + "/", StringComparison.Ordinal)).Reverse())
        {
            Mounting.Unmount(entry.Target, lazy: true);
        }

        TreeRemoval.Remove(Path);
    }
}
