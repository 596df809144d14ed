using System.Globalization;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Processes;

namespace CriSharp.TestSupport.Disks;

/// <summary>
/// A small ext4 file system in a file, mounted by a loop device, that a test can fill to the last block or inode, free again and make read-only.
/// Nothing of it is reserved for root. Disposing unmounts and removes it, whatever state it is in.
/// </summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private const int BlockBytes = 4096;
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(60);
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <summary>Where it is mounted.</summary>
    public string MountPoint => Path.Combine(_folder, "disk");

    public FileSystemSpace Space => FileSystemSpace.Of(MountPoint);

    private string FillerFolder => Path.Combine(MountPoint, "filler");

    /// <param name="bytes">Of the file; the file system holds some MiB less.</param>
    /// <param name="inodes">Null: as many as mkfs thinks.</param>
    public static async Task<SmallDisk> CreateAsync(long bytes = 96 << 20, int? inodes = null)
    {
        var disk = new SmallDisk(Directory.CreateTempSubdirectory("crd").FullName);
        try
        {
            await disk.MakeAsync(bytes, inodes);
            return disk;
        }
        catch
        {
            await disk.DisposeAsync();
            throw;
        }
    }

    /// <summary>Fills it with files until exactly so many bytes (of whole blocks) are free. What filled it before goes on filling it.</summary>
    public void Fill(long leftBytes = 0)
    {
        Directory.CreateDirectory(FillerFolder);
        var slack = Path.Combine(FillerFolder, "slack");
        if (leftBytes > 0)
        {
            Require(TryAllocate(slack, leftBytes), "it has not even the room that is to be left");
        }

        // Twice: blocks that a failed try has given back are free only once that is in the journal.
        for (var round = 0; round < 2; round++)
        {
            for (var chunk = 64L << 20; chunk >= BlockBytes;)
            {
                chunk = TryAllocate(Path.Combine(FillerFolder, Guid.NewGuid().ToString("N")), chunk) ? chunk : chunk / 2;
            }

            FileSystemSync.SyncFs(MountPoint);
        }

        File.Delete(slack);
        FileSystemSync.SyncFs(MountPoint);
    }

    /// <summary>Takes inodes until exactly so many are free.</summary>
    public void FillInodes(int left = 0)
    {
        Directory.CreateDirectory(FillerFolder);
        for (var taken = Space.FreeInodes - left; taken > 0; taken--)
        {
            File.Create(Path.Combine(FillerFolder, Guid.NewGuid().ToString("N"))).Dispose();
        }

        Require(Space.FreeInodes == left, "its inodes could not be counted");
    }

    /// <summary>Takes away what filled it.</summary>
    public void Free()
    {
        if (Directory.Exists(FillerFolder))
        {
            Directory.Delete(FillerFolder, recursive: true);
        }

        FileSystemSync.SyncFs(MountPoint);
    }

    public Task RemountReadOnlyAsync() => RunAsync("/usr/bin/mount", "-o", "remount,ro", MountPoint);

    public Task RemountWritableAsync() => RunAsync("/usr/bin/mount", "-o", "remount,rw", MountPoint);

    public ValueTask DisposeAsync()
    {
        // Lazily: what a test left running may still have it open. The loop device goes with the last user.
        Mounting.Unmount(MountPoint, lazy: true);
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task MakeAsync(long bytes, int? inodes)
    {
        var image = Path.Combine(_folder, "image");
        using (var file = File.Create(image))
        {
            file.SetLength(bytes);
        }

        Directory.CreateDirectory(MountPoint);
        string[] count = inodes is { } number ? ["-N", number.ToString(CultureInfo.InvariantCulture)] : [];
        await RunAsync("/usr/sbin/mkfs.ext4", ["-q", "-F", "-b", "4096", "-m", "0", .. count, image]);
        await RunAsync("/usr/bin/mount", "-o", "loop", image, MountPoint);
    }

    private static bool TryAllocate(string path, long bytes)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            FileDescriptor.Allocate(file, bytes);
            return true;
        }
        catch (IOException full) when (DiskFailure.IsOutOfSpace(full))
        {
            File.Delete(path);
            return false;
        }
    }

    private void Require(bool isTrue, string words)
    {
        if (!isTrue)
        {
            throw new InvalidOperationException($"the small disk {MountPoint}: {words} ({Space})");
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var run = await ProgramRun.RunAsync(new ProgramCommand { Path = program, Arguments = arguments, TimeLimit = CommandLimit }, CancellationToken.None);
        if (run.Exit.ShellCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {run.Exit.ShellCode}: {run.StandardErrorText}");
        }
    }
}
