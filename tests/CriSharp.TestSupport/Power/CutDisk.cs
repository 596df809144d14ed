using CriSharp.Linux.Processes;

namespace CriSharp.TestSupport.Power;

/// <summary>
/// A disk whose power can be cut: an ext4 file system on a loop device. The file behind the device lies on a file system with reflinks, so that
/// it can be cloned at any instant; what the kernel still holds back in its caches of the disk is not in the clone, as it would not be on the
/// platter. Gone when disposed.
/// </summary>
public sealed class CutDisk : IAsyncDisposable
{
    private const long BaseBytes = 16L << 30;
    private const long DiskBytes = 1L << 30;
    private const string DiskName = "disk.img";

    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("crs-power-").FullName;
    private string? _mountPoint;
    private int _cuts;

    private CutDisk()
    {
    }

    private string BaseFolder => Path.Combine(_folder, "base");

    public static async Task<CutDisk> CreateAsync()
    {
        var disk = new CutDisk();
        try
        {
            var file = Path.Combine(disk._folder, "base.img");
            Allocate(file, BaseBytes);
            await RunAsync("/usr/sbin/mkfs.xfs", "-q", "-m", "reflink=1", file);
            Directory.CreateDirectory(disk.BaseFolder);
            await RunAsync("/usr/bin/mount", "-o", "loop", file, disk.BaseFolder);
            Allocate(Path.Combine(disk.BaseFolder, DiskName), DiskBytes);
            await RunAsync("/usr/sbin/mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", Path.Combine(disk.BaseFolder, DiskName));
            return disk;
        }
        catch
        {
            await disk.DisposeAsync();
            throw;
        }
    }

    /// <summary>Mounts the disk as ext4 does by default (data=ordered), or what a cut has left of it.</summary>
    /// <param name="cut">Null: the disk itself.</param>
    public async Task MountAsync(string mountPoint, string? cut = null)
    {
        Directory.CreateDirectory(mountPoint);
        await RunAsync("/usr/bin/mount", "-t", "ext4", "-o", "loop", Path.Combine(BaseFolder, cut ?? DiskName), mountPoint);
        _mountPoint = mountPoint;
    }

    public async Task UnmountAsync()
    {
        if (_mountPoint is { } mounted)
        {
            await RunAsync("/usr/bin/umount", mounted);
            _mountPoint = null;
        }
    }

    /// <summary>Keeps what would be left if the power went now. The disk goes on.</summary>
    /// <returns>Its name, for <see cref="MountAsync"/>.</returns>
    public async Task<string> CutAsync()
    {
        var name = $"cut-{_cuts++}.img";
        await RunAsync("/usr/bin/cp", "--reflink=always", Path.Combine(BaseFolder, DiskName), Path.Combine(BaseFolder, name));
        return name;
    }

    public void Forget(string cut) => File.Delete(Path.Combine(BaseFolder, cut));

    public async ValueTask DisposeAsync()
    {
        foreach (var mounted in (string?[])[_mountPoint, Directory.Exists(BaseFolder) ? BaseFolder : null])
        {
            if (mounted is not null && File.ReadLines("/proc/self/mounts").Any(line => line.Split(' ')[1] == mounted))
            {
                await RunAsync("/usr/bin/umount", "-l", mounted);
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static void Allocate(string path, long bytes)
    {
        using var file = File.Create(path);
        file.SetLength(bytes);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        if (!File.Exists(program))
        {
            throw new InvalidOperationException($"{program} is absent: apt-get install xfsprogs e2fsprogs mount");
        }

        var output = await ProgramRun.RunAsync(
            new ProgramCommand { Path = program, Arguments = arguments, Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], TimeLimit = CommandLimit },
            CancellationToken.None);
        if (output.Exit.ShellCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {output.StandardErrorText}");
        }
    }
}
