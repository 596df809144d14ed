using System.Globalization;
using System.Text;

namespace CriSharp.Storage.Tests.Exact;

/// <summary>
/// Layers of an image that changes a tree step by step: new things, replaced ones (also by another type), whiteouts, opaque folders, links into lower layers,
/// names that come twice. What the order of entries leaves open is not made: a layer whites out only what is of the layers under it.
/// </summary>
internal sealed class RandomImage(Random random)
{
    private const char File = '0', Link = '2', Character = '3', Folder = '5', Fifo = '6';
    private readonly SortedDictionary<string, (char Type, int Layer)> _tree = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _files = [];
    private readonly HashSet<int> _linkedOverLayers = [];
    private readonly HashSet<string> _whiteouts = [];
    private int _layer;
    private int _names;
    private int _nextFile;
    private TarBuilder _tar = new();

    /// <summary>Whether the file of that name has, or had, names in several layers.</summary>
    public bool IsLinkedOverLayers(string path) => _files.TryGetValue(path, out var file) && _linkedOverLayers.Contains(file);

    public IReadOnlyList<byte[]> Make(int layers)
    {
        var tars = new List<byte[]>();
        for (_layer = 0; _layer < layers; _layer++)
        {
            _tar = new TarBuilder();
            _whiteouts.Clear();
            if (_layer == 0)
            {
                Add(Folder, "./", inTree: false);
            }

            for (var steps = random.Next(3, 30); steps > 0; steps--)
            {
                Step();
            }

            tars.Add(_tar.Build());
        }

        return tars;
    }

    private void Step()
    {
        switch (random.Next(12))
        {
            case < 5:
                Add(AnyType(), NewName());
                break;
            case 5 or 6:
                // Of another layer, or of this one: then the name comes twice.
                if (Any(_ => true) is { } replaced)
                {
                    Replace(replaced);
                }

                break;
            case 7 when Any(entry => entry.Layer < _layer) is { } hidden && !HasOfThisLayer(hidden):
                _tar.Whiteout(Path.Combine(Parent(hidden), ".wh." + Path.GetFileName(hidden)));
                _whiteouts.Add(Parent(hidden));
                Remove(hidden);
                break;
            case 8 when Any(entry => entry.Type == Folder && entry.Layer < _layer) is { } opaque:
                MakeOpaque(opaque);
                break;
            case 9 or 10 when Any(entry => entry.Type is File or Link) is { } target:
                AddLink(target);
                break;
            default:
                if (Any(entry => entry.Type == Folder) is { } folder)
                {
                    Add(Folder, folder);
                }

                break;
        }
    }

    private void Replace(string path)
    {
        var (was, layer) = _tree[path];
        var type = AnyType();
        // Whether a folder over a folder of the same layer keeps what is in it, or one over something else hides what is below, is not what is tried here.
        if (was == Folder && type == Folder)
        {
            return;
        }

        Remove(path);
        Add(type, path);
    }

    private void MakeOpaque(string folder)
    {
        // A folder that the layer only implies, in one that it makes opaque: is it the lower's or a new one? It depends on the order.
        if (_whiteouts.Any(path => path.StartsWith(folder + "/", StringComparison.Ordinal) && _tree.GetValueOrDefault(path).Layer < _layer)
            || _tree.Any(entry => entry.Value.Layer == _layer && Parent(entry.Key).StartsWith(folder + "/", StringComparison.Ordinal) && _tree[Parent(entry.Key)].Layer < _layer))
        {
            return;
        }

        if (random.Next(2) == 0)
        {
            Add(Folder, folder);
        }

        _tar.Whiteout(folder + "/.wh..wh..opq");
        _whiteouts.Add(folder);
        foreach (var hidden in _tree.Keys.Where(path => path.StartsWith(folder + "/", StringComparison.Ordinal) && _tree[path].Layer < _layer && !HasOfThisLayer(path)).ToList())
        {
            _tree.Remove(hidden);
        }
    }

    private void AddLink(string target)
    {
        var name = NewName();
        _tar.HardLink(name, target);
        var (type, layer) = _tree[target];
        _files[name] = _files[target];
        if (layer < _layer)
        {
            _linkedOverLayers.Add(_files[target]);
        }

        _tree[name] = (type, _layer);
    }

    private void Add(char type, string path, bool inTree = true)
    {
        var content = type == File ? Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"{_layer} {random.Next()} ", random.Next(500)))) : null;
        var pax = new List<(string, byte[])> { ("mtime", Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{random.NextInt64(-1_000_000_000, 4_000_000_000)}.{random.Next(1_000_000_000):d9}"))) };
        if (type is File or Folder && random.Next(3) == 0)
        {
            pax.Add(("SCHILY.xattr.user.text", Encoding.ASCII.GetBytes($"{random.Next()}")));
            pax.Add(("SCHILY.xattr.trusted.ours", [0, 10, (byte)random.Next(256)]));
        }

        if (type == File && random.Next(3) == 0)
        {
            pax.Add(("SCHILY.xattr.security.capability", [1, 0, 0, 2, (byte)random.Next(256), 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
        }

        _tar.Entry(
            type, path, content, type == Link ? $"../x/{random.Next(9)}" : "", random.Next(0x1000), random.Next(3) == 0 ? random.Next(3_000_000) : 0, random.Next(3) == 0 ? random.Next(3_000_000) : 0,
            major: type == Character ? random.Next(1, 200) : 0, minor: type == Character ? random.Next(200) : 0, pax: [.. pax]);
        if (inTree)
        {
            _files[path] = _nextFile++;
            _tree[path] = (type, _layer);
        }
    }

    private void Remove(string path)
    {
        foreach (var gone in _tree.Keys.Where(name => name == path || name.StartsWith(path + "/", StringComparison.Ordinal)).ToList())
        {
            _tree.Remove(gone);
        }
    }

    private bool HasOfThisLayer(string path) =>
        _tree.Any(entry => entry.Value.Layer == _layer && (entry.Key == path || entry.Key.StartsWith(path + "/", StringComparison.Ordinal)));

    private string? Any(Func<(char Type, int Layer), bool> isWanted)
    {
        var choices = _tree.Where(entry => isWanted(entry.Value)).Select(entry => entry.Key).ToList();
        return choices.Count > 0 ? choices[random.Next(choices.Count)] : null;
    }

    private string NewName() => Path.Combine(random.Next(4) > 0 ? Any(entry => entry.Type == Folder) ?? "" : "", $"n{_names++}");

    private static string Parent(string path) => Path.GetDirectoryName(path) ?? "";

    private char AnyType() => random.Next(10) switch
    {
        < 4 => File,
        < 7 => Folder,
        7 => Link,
        8 => Fifo,
        _ => Character,
    };
}
