using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Primitives;
using CriSharp.Storage.Layers;
using CriSharp.TestSupport.Fuzzing;
using Xunit.Abstractions;

namespace CriSharp.Storage.Tests.Exact;

/// <summary>
/// Archives that were whole once: whatever is changed in them, unpacking ends, says DataLoss or ResourceExhausted or succeeds, leaves nothing of what failed,
/// and touches nothing outside. Longer by hand, and one seed alone: see <see cref="FuzzRun"/>.
/// </summary>
public sealed class MutatedTarTests : IDisposable
{
    private static readonly LayerLimits Limits = new() { TarBytes = 64 << 20, FileBytes = 1L << 32, FolderFactsBytes = 4 << 20 };
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("crisharp-mutated-").FullName;
    private readonly ITestOutputHelper _output;

    public MutatedTarTests(ITestOutputHelper output)
    {
        _output = output;
        Mounting.Tmpfs(_folder, 256 << 20, Permissions.PublicFolder);
    }

    [Theory]
    [InlineData("gnu sparse", 250)]
    [InlineData("pax sparse 1.0", 250)]
    [InlineData("pax sparse 0.1", 150)]
    [InlineData("oldgnu", 100)]
    [InlineData("bsd pax", 250)]
    [InlineData("v7", 100)]
    public async Task Unpack_OfAMutatedArchive_StaysInItsTree(string format, int cases)
    {
        var host = Directory.CreateDirectory(Path.Combine(_folder, "host")).FullName;
        await Shell.RunAsync("mkdir -m 700 folder; echo secret > folder/file; chmod 600 folder/file; ln -s folder link; touch -d 2001-01-01 folder/file folder .", host);
        var before = TreeLook.Of(host);
        var archives = await ArchivesAsync(ArchiveFormat.All[format]);
        using var stores = new StoreFixture(Limits, Directory.CreateDirectory(Path.Combine(_folder, "store")).FullName);
        var below = await stores.UnpackAsync(new TarBuilder().Folder("d").File("d/low", "low").Symlink("s", host).Build());
        var outcomes = new Dictionary<string, int>();

        var figures = await FuzzRun.EachAsync(cases, async random =>
        {
            var mutated = new RandomTar(archives[random.Next(archives.Count)], random, Names(host)).Mutate(random.Next(1, 12));
            var outcome = await UnpackAsync(stores, StoreFixture.SourceOf(mutated, gzip: false, lowers: [below.DiffId]));
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            Assert.Equal(before, TreeLook.Of(host));
        });

        _output.WriteLine($"{format}: {figures}; {string.Join(", ", outcomes.Select(outcome => $"{outcome.Value} {outcome.Key}"))}");
        // Neither may be rare, or the changes are too wild or too tame to find anything.
        Assert.True(FuzzRun.LongRun is not null || (outcomes.GetValueOrDefault("whole") > cases / 20 && outcomes.GetValueOrDefault("DataLoss") > cases / 20));
    }

    public void Dispose()
    {
        Mounting.Unmount(_folder, lazy: true);
        Directory.Delete(_folder);
    }

    private static byte[][] Names(string host) =>
    [
        .. new[]
        {
            "../x", "..", "/", ".", "d", "d/", "d/e/f", "s", "s/x", "s/../x", "l", "l/file", "d/.wh.low", "d/.wh..wh..opq", ".wh.d", ".wh.s", ".wh..wh..opq", ".wh.", ".wh..wh.plnk/1",
            "d/low", "low/x", host + "/folder", host + "/folder/file", host + "/link", "../../../../../../../../.." + host + "/folder", "/proc/self/root" + host, "n1", "n2/n3",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static async Task<string> UnpackAsync(StoreFixture stores, LayerSource source)
    {
        using var limit = new CancellationTokenSource(TimeLimit);
        try
        {
            var record = await stores.Layers.UnpackAsync(source, null, limit.Token);
            stores.Layers.Remove(record.DiffId);
            return "whole";
        }
        catch (RuntimeException refused) when (refused.Kind is ErrorKind.DataLoss or ErrorKind.ResourceExhausted)
        {
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(stores.Root, "layers", ".staging")));
            return refused.Kind.ToString();
        }
    }

    private async Task<IReadOnlyList<byte[]>> ArchivesAsync(ArchiveFormat format)
    {
        var archives = new List<byte[]>();
        var archive = Path.Combine(_folder, "archive.tar");
        for (var seed = 100; archives.Count < 8; seed++)
        {
            var original = Directory.CreateDirectory(Path.Combine(_folder, "tree")).FullName;
            using (var tree = new RandomTree(new Random(seed), format))
            {
                tree.Make(original, entries: 12);
            }

            await Shell.RunAsync("mkdir -p d/e; ln -sfn d s; " + format.Command, original, ("ARCHIVE", archive));
            // Small ones are changed more, and faster.
            if (new FileInfo(archive).Length < 100_000)
            {
                archives.Add(await File.ReadAllBytesAsync(archive));
            }

            TreeRemoval.Remove(original);
        }

        return archives;
    }
}
