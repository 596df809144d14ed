using CriSharp.Images.Loading;
using CriSharp.Images.Pulling;
using CriSharp.Images.Saving;
using CriSharp.Images.Trust;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry;
using CriSharp.Registry.Names;
using CriSharp.Signatures.Checks;
using CriSharp.Signatures.Policies;
using CriSharp.Storage;
using CriSharp.Storage.Content;
using CriSharp.Storage.Layers;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Images.Tests;

/// <summary>The images room over a throw-away root; opened again it is the daemon after a restart.</summary>
internal sealed class ImagesFixture : IDisposable
{
    public ImagesFixture(RegistryOptions? options = null)
    {
        RegistryOptions = options ?? new RegistryOptions { Attempts = 2, RetryDelay = TimeSpan.FromMilliseconds(1), CertificateFolders = [] };
        Root = Directory.CreateTempSubdirectory("crisharp-images-").FullName;
        File.WriteAllText(PolicyPath, """{"default": [{"type": "insecureAcceptAnything"}]}""");
        Open();
    }

    public string Root { get; }

    public RegistryOptions RegistryOptions { get; set; }

    public string PolicyPath => Path.Combine(Root, "policy.json");

    public IGpgv Gpgv { get; set; } = NoCryptography.Instance;

    public string SourcesFolder => Path.Combine(Root, "registries.d");

    public PullOptions PullOptions { get; set; } = new() { Linger = TimeSpan.Zero };

    public LayerLimits? LayerLimits { get; set; }

    public ImageNames Names { get; set; } = ImageNames.Plain;

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public ContentStore Content { get; private set; } = null!;

    public LayerStore Layers { get; private set; } = null!;

    public ImageStore Store { get; private set; } = null!;

    public FreeUnusedLayers FreeUnused { get; private set; } = null!;

    public EnforcePolicy Policy { get; private set; } = null!;

    public PullImage Puller { get; private set; } = null!;

    public LoadArchive Loader { get; private set; } = null!;

    public SaveArchive Saver { get; private set; } = null!;

    public NameImage Namer { get; private set; } = null!;

    public RemoveImage Remover { get; private set; } = null!;

    /// <summary>Ids of images that a container uses.</summary>
    public HashSet<string> InUse { get; } = [];

    public HashSet<DiffId> SnapshotLayers { get; } = [];

    public RuntimeException? SnapshotFailure { get; set; }

    /// <summary>What pulls leave free.</summary>
    public long FloorBytes { get; set; }

    private DiskRoom Room => new(Root, DiskReserve.None, FloorBytes);

    public void Open()
    {
        Content = ContentStore.Open(Root);
        Layers = LayerStore.Open(Root, LayerLimits);
        Store = ImageStore.Open(Root, Layers, Content, NullLogger<ImageStore>.Instance, names: Names);
        FreeUnused = new FreeUnusedLayers(Store, Content, Layers, () => SnapshotFailure is null ? SnapshotLayers : throw SnapshotFailure, NullLogger<FreeUnusedLayers>.Instance);
        var registry = new RegistryClient(RegistryOptions, Time);
        Policy = new EnforcePolicy(new PolicyFiles(PolicyPath, Root), new CheckSignatures(Gpgv, NoCryptography.Instance), registry, SourcesFolder, Content);
        Puller = new PullImage(
            Store, FreeUnused, Content, Layers, registry, Policy, Room, new Operations(Time), PullOptions, Time, NullLogger<PullImage>.Instance);
        Loader = new LoadArchive(Store, FreeUnused, Content, Layers, Policy, Room, new Operations(Time), PullOptions, Time, NullLogger<LoadArchive>.Instance);
        Saver = new SaveArchive(Store, Names, Content, Layers, new Operations(Time), NullLogger<SaveArchive>.Instance);
        Namer = new NameImage(Store, Names, NullLogger<NameImage>.Instance);
        Remover = new RemoveImage(Store, FreeUnused, id => InUse.Contains(id) ? "c1" : null, NullLogger<RemoveImage>.Instance);
    }

    public Task<string> PullAsync(string reference, PullCredentials? credentials = null, string podNamespace = "", CancellationToken cancellationToken = default) =>
        Puller.RunAsync(new PullRequest { Reference = ImageReference.Parse(reference), Credentials = credentials, PodNamespace = podNamespace }, cancellationToken);

    public Task RemoveAsync(string name) => Remover.RunAsync(name, CancellationToken.None);

    public string ReadFile(string diffId, string path) => File.ReadAllText(Path.Combine(Layers.TreePath(new DiffId(Digest.Parse(diffId))), path));

    /// <summary>What is on disk besides the folders of the stores: nothing, when nothing is left behind.</summary>
    public IReadOnlyList<string> Leftovers() =>
    [
        .. Directory.EnumerateFileSystemEntries(Path.Combine(Root, "layers")).Where(path => Path.GetFileName(path) != ".staging"),
        .. Directory.EnumerateFileSystemEntries(Path.Combine(Root, "layers", ".staging")),
        .. Directory.EnumerateFiles(Path.Combine(Root, "content"), "*", SearchOption.AllDirectories),
        .. Directory.EnumerateFileSystemEntries(Path.Combine(Root, "images")),
    ];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
