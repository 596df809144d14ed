using CriSharp.Primitives;

namespace CriSharp.Daemon.Configuration;

/// <summary>
/// The OCI runtimes by name: from --runtimes NAME:PATH:ROOT, from the tables [crio.runtime.runtimes.NAME], and the default one, which is
/// looked for on the usual folders where nothing says where it is.
/// </summary>
internal sealed class RuntimesReader(
    IReadOnlyDictionary<Setting, Given> given, IReadOnlyDictionary<string, Given> ofFile, string runRoot)
{
    private static readonly string[] SearchFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    private readonly Dictionary<string, RuntimeOptions> _byName = new(StringComparer.Ordinal);

    /// <exception cref="RuntimeException">InvalidArgument.</exception>
    public (string Default, IReadOnlyList<RuntimeOptions> All) Read()
    {
        foreach (var (name, runtime) in ofFile)
        {
            Add(name, runtime.Values[0], runtime.Values[1], runtime.Source);
        }

        if (given.TryGetValue(Settings.Runtimes, out var flags))
        {
            foreach (var text in flags.Values)
            {
                var parts = text.Split(':');
                if (parts.Length is < 2 or > 3)
                {
                    throw Wrong(flags.Source, $"\"{text}\" is not NAME:PATH or NAME:PATH:ROOT");
                }

                Add(parts[0], parts[1], parts.Length == 3 ? parts[2] : "", flags.Source);
            }
        }

        var (chosen, source) = given.TryGetValue(Settings.DefaultRuntime, out var found) ? (found.Values[^1], found.Source) : ("runc", Settings.DefaultRuntime.Flag);
        if (!_byName.ContainsKey(chosen))
        {
            Add(chosen, "", "", source);
        }

        return (chosen, [.. _byName.Values.OrderBy(runtime => runtime.Name, StringComparer.Ordinal)]);
    }

    private void Add(string name, string path, string root, string source)
    {
        // The name becomes that of a folder.
        if (name.Length == 0 || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.') || name[0] == '.')
        {
            throw Wrong(source, $"\"{name}\" can't be the name of a runtime: letters, digits, -, _ and . are allowed");
        }

        var executable = path.Length > 0 ? path : Find(name) ?? throw Wrong(
            source, $"the runtime \"{name}\" is in none of {string.Join(", ", SearchFolders)}: install it or say where it is by --runtimes {name}:PATH");
        if (!Path.IsPathRooted(executable) || !ExecutableFile.Is(executable))
        {
            throw Wrong(source, $"the runtime \"{name}\": \"{executable}\" is not an executable file with an absolute path");
        }

        var folder = root.Length > 0 ? root : Path.Combine(runRoot, "runtime", name);
        _byName[name] = Path.IsPathRooted(folder)
            ? new RuntimeOptions(name, executable, folder)
            : throw Wrong(source, $"the runtime \"{name}\": its root \"{folder}\" is not an absolute path");
    }

    private static string? Find(string name) => SearchFolders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(ExecutableFile.Is);

    private static RuntimeException Wrong(string source, string words) => new(ErrorKind.InvalidArgument, $"{source}: {words}");
}
