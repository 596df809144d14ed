using CriSharp.Images.Persistence;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry.Names;
using CriSharp.Storage.Content;
using CriSharp.Storage.Layers;
using Microsoft.Extensions.Logging;

namespace CriSharp.Images;

/// <summary>The images of this machine: served from memory, each durable before it is visible.</summary>
public sealed partial class ImageStore
{
    internal const string FolderName = "images";

    private readonly string _root;
    private readonly ImageFolder _folder;
    private readonly LayerStore _layers;
    private readonly ContentStore _content;
    private readonly ILogger _logger;
    private readonly ImageNames _names;
    private readonly KeyedLock<string> _writers = new();
    private readonly Dictionary<string, int> _leases = [];
    private volatile ImageCatalog _catalog = ImageCatalog.Empty;
    private long _revision;

    private ImageStore(string root, LayerStore layers, ContentStore content, ILogger<ImageStore> logger, TimeProvider? time, ImageNames? names)
    {
        _names = names ?? ImageNames.Plain;
        _content = content;
        _root = Path.GetFullPath(root);
        _folder = new ImageFolder(Path.Combine(_root, FolderName), new BrokenRecords(root, time));
        _layers = layers;
        _logger = logger;
    }

    /// <summary>Reads the records; images that are not whole are set aside, so that the kubelet pulls them again.</summary>
    /// <param name="root">Folder of the instance; "images" lies in it.</param>
    /// <param name="time">Null: the system's.</param>
    /// <param name="names">What short names stand for; null: images of docker.io.</param>
    public static ImageStore Open(string root, LayerStore layers, ContentStore content, ILogger<ImageStore> logger, TimeProvider? time = null, ImageNames? names = null)
    {
        var store = new ImageStore(root, layers, content, logger, time, names);
        store.Load();
        return store;
    }

    /// <summary>By their ids; the same list as long as no image comes, changes or goes.</summary>
    public IReadOnlyList<ImageRecord> List() => _catalog.Records;

    /// <param name="name">
    /// An id ("sha256:..." or 64 hex digits), a reference by tag or digest, or at least 12 hex digits that only one id begins with.
    /// </param>
    /// <returns>Null for an image that is not here, and for what cannot be the name of one.</returns>
    public ImageRecord? Resolve(string name) => _catalog.Resolve(name, _names);

    /// <summary>Keeps an image from being removed while something is made of it.</summary>
    /// <exception cref="RuntimeException">NotFound: it has gone meanwhile.</exception>
    public IDisposable Lease(string id)
    {
        lock (_leases)
        {
            if (_catalog.ById(id) is null)
            {
                throw new RuntimeException(ErrorKind.NotFound, $"image {id} is not on this node (any more): pull it again");
            }

            _leases[id] = _leases.GetValueOrDefault(id) + 1;
            return new ImageLease(this, id);
        }
    }

    /// <summary>What the images take, each layer once, whoever shares it.</summary>
    public ImageFileSystemUsage FileSystemUsage()
    {
        var (bytes, inodes) = _layers.Usage;
        return new ImageFileSystemUsage(_root, bytes, inodes);
    }

    /// <summary>What pulls under way count on.</summary>
    internal LayerLeases LayerLeases { get; } = new();

    internal ImageRecord? FindByName(string name) => _catalog.ByName(name);

    /// <summary>Whether an image needs the layer, or the document.</summary>
    internal bool Uses(DiffId layer) => _catalog.Uses(layer);

    internal bool Uses(Digest document) => _catalog.Uses(document);

    /// <inheritdoc cref="AddAsync(IReadOnlyList{ImageRecord}, Func{CancellationToken, Task}, CancellationToken)"/>
    internal Task AddAsync(ImageRecord image, Func<CancellationToken, Task> prepareAsync, CancellationToken cancellationToken) => AddAsync([image], prepareAsync, cancellationToken);

    /// <summary>
    /// Adds images, or further names to those that are here; all, or none where one can't be written. A tag that named another image is taken from it; that one stays, by its digest.
    /// Written in an order in which a crash leaves the tag at the new one.
    /// </summary>
    /// <param name="prepareAsync">Runs first, when no removal can come between.</param>
    internal async Task AddAsync(IReadOnlyList<ImageRecord> images, Func<CancellationToken, Task> prepareAsync, CancellationToken cancellationToken)
    {
        using var alone = await LockAsync(cancellationToken);
        await prepareAsync(cancellationToken);
        var next = _catalog;
        var touched = new List<string>();
        try
        {
            foreach (var image in images)
            {
                var added = next.ById(image.Id) is { } known ? Merge(known, image) : image;
                var changed = Robbed(next, image).Prepend(added).ToList();
                foreach (var record in changed)
                {
                    touched.Add(record.Id);
                    _folder.Write(record, ++_revision);
                }

                next = next.With(changed);
            }
        }
        catch
        {
            TakeBack(touched);
            throw;
        }

        _catalog = next;
    }

    /// <param name="userOf">Tells which container uses the image, if one does.</param>
    /// <returns>The record that was removed; null when there was none.</returns>
    /// <exception cref="RuntimeException">FailedPrecondition: in use.</exception>
    internal async Task<ImageRecord?> RemoveAsync(string name, Func<string, string?> userOf, CancellationToken cancellationToken)
    {
        using var alone = await LockAsync(cancellationToken);
        if (_catalog.Resolve(name, _names) is not { } image)
        {
            return null;
        }

        // Not visible first: from here on no new container can be made of it. It comes back if it may not go.
        var before = Hide(image);
        try
        {
            if (userOf(image.Id) is { } user)
            {
                throw new RuntimeException(ErrorKind.FailedPrecondition, $"image {name} ({image.Id}) is in use by container {user}: remove that first");
            }

            _folder.Remove(image.Id);
        }
        catch
        {
            _catalog = before;
            throw;
        }

        return image;
    }

    /// <summary>Runs when no image is being added or removed.</summary>
    internal async Task ExclusivelyAsync(Action action, CancellationToken cancellationToken)
    {
        using var alone = await LockAsync(cancellationToken);
        action();
    }

    /// <summary>The images that lose a tag to another, as they are without it.</summary>
    private static IEnumerable<ImageRecord> Robbed(ImageCatalog catalog, ImageRecord image) => image.RepoTags
        .Select(catalog.ByName)
        .OfType<ImageRecord>()
        .Where(other => other.Id != image.Id)
        .DistinctBy(other => other.Id)
        .Select(other => other with { RepoTags = [.. other.RepoTags.Except(image.RepoTags)] });

    /// <summary>What isn't visible now must not be after a restart either. As much of it as can be: new ones go first, which makes room.</summary>
    private void TakeBack(List<string> written)
    {
        foreach (var id in written.Distinct().OrderBy(id => _catalog.ById(id) is not null))
        {
            try
            {
                TakeBack(id);
            }
            catch (IOException failure)
            {
                NotTakenBack(id, failure);
            }
        }
    }

    private void TakeBack(string id)
    {
        if (_catalog.ById(id) is not { } before)
        {
            _folder.Remove(id);
            return;
        }

        // Over what stands there, never after its removal: on a full disk it could not be written again.
        _folder.Write(before, ++_revision);
    }

    /// <summary>One writer at a time, whatever the image: tags move between images.</summary>
    private Task<IDisposable> LockAsync(CancellationToken cancellationToken) => _writers.LockAsync("", cancellationToken);

    private ImageCatalog Hide(ImageRecord image)
    {
        lock (_leases)
        {
            if (_leases.ContainsKey(image.Id))
            {
                throw new RuntimeException(ErrorKind.FailedPrecondition, $"image {image.Id} is in use at this moment: a container is being made of it, or it is being verified or saved");
            }

            var before = _catalog;
            _catalog = before.Without(image.Id);
            return before;
        }
    }

    private static ImageRecord Merge(ImageRecord known, ImageRecord image)
    {
        // The last pull of a name is what counts of it; signatures that are of no name any more go with the next sweep.
        PulledName[] names =
        [
            .. known.PulledNames.ExceptBy(image.PulledNames.Select(name => name.Name), name => name.Name),
            .. image.PulledNames.Select(name => name.With(known.PulledNames)),
        ];
        var outdated = known.PulledNames.SelectMany(name => name.Signatures).Except(names.SelectMany(name => name.Signatures));
        return known with
        {
            RepoTags = [.. known.RepoTags.Union(image.RepoTags)],
            RepoDigests = [.. known.RepoDigests.Union(image.RepoDigests)],
            Documents = [.. known.Documents.Union(image.Documents).Except(outdated)],
            PulledNames = names,
            PulledAt = image.PulledAt,
        };
    }

    private void Release(string id)
    {
        lock (_leases)
        {
            if (--_leases[id] == 0)
            {
                _leases.Remove(id);
            }
        }
    }

    private sealed class ImageLease(ImageStore store, string id) : IDisposable
    {
        private ImageStore? _store = store;

        public void Dispose() => Interlocked.Exchange(ref _store, null)?.Release(id);
    }
}
