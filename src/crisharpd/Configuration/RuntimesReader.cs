using CriSharp.Primitives;

namespace CriSharp.Daemon.Configuration;

/// <summary>
/// The OCI runtimes by name: from --runtimes NAME:PATH:ROOT, from the tables [crio.runtime.runtimes.NAME], and the default one, which is
/// looked for on the usual folders where nothing says where it is: runc, else crun.
/// </summary>
internal sealed class RuntimesReader(
    IReadOnlyDictionary<Setting, Given> given, IReadOnlyDictionary<string, RuntimeTable> ofFile, string runRoot)
{
    private static readonly string[] SearchFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    private static readonly string[] UsualRuntimes = ["runc", "crun"];

    private readonly Dictionary<string, RuntimeOptions> _byName = new(StringComparer.Ordinal);

    /// <exception cref="RuntimeException">InvalidArgument.</exception>
    public (string Default, IReadOnlyList<RuntimeOptions> All) Read()
    {
        foreach (var (name, table) in ofFile)
        {
            Add(name, table);
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

                Add(parts[0], new RuntimeTable(flags.Source) { Path = parts[1], Root = parts.Length == 3 ? parts[2] : "" });
            }
        }

        var (chosen, source) = given.TryGetValue(Settings.DefaultRuntime, out var found) ? (found.Values[^1], found.Source) : (UsualRuntime(), Settings.DefaultRuntime.Flag);
        if (!_byName.ContainsKey(chosen))
        {
            Add(chosen, new RuntimeTable(source));
        }

        // Without the default one no pod would run; without another its own pods can at least be ended.
        return _byName[chosen].Unusable is { } reason ? throw new RuntimeException(ErrorKind.InvalidArgument, reason) : (chosen, [.. _byName.Values.OrderBy(runtime => runtime.Name, StringComparer.Ordinal)]);
    }

    private string UsualRuntime() =>
        UsualRuntimes.FirstOrDefault(name => _byName.ContainsKey(name) || Find(name) is not null) ?? UsualRuntimes[0];

    private void Add(string name, RuntimeTable table)
    {
        // The name becomes that of a folder.
        if (name.Length == 0 || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.') || name[0] == '.')
        {
            throw Wrong(table.Source, $"\"{name}\" can't be the name of a runtime: letters, digits, -, _ and . are allowed");
        }

        var executable = table.Path.Length > 0 ? Absolute(table, name, "", table.Path) : Find(name);
        var folder = Absolute(table, name, "its root ", table.Root.Length > 0 ? table.Root : Path.Combine(runRoot, "runtime", name));
        _byName[name] = new RuntimeOptions(name, executable ?? Path.Combine(SearchFolders[0], name), folder)
        {
            Rules = table.Rules,
            Unusable = executable is null ? $"{table.Source}: the runtime \"{name}\" is in none of {string.Join(", ", SearchFolders)}: install it or say where it is by --runtimes {name}:PATH"
                : !ExecutableFile.Is(executable) ? $"{table.Source}: the runtime \"{name}\": \"{executable}\" is not an executable file: install it or correct the path"
                : null,
        };
    }

    private static string Absolute(RuntimeTable table, string name, string what, string path) => Path.IsPathRooted(path) && !path.Contains('\0')
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))
        : throw Wrong(table.Source, $"the runtime \"{name}\": {what}\"{path}\" is not an absolute path");

    private static string? Find(string name) => SearchFolders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(ExecutableFile.Is);

    private static RuntimeException Wrong(string source, string words) => new(ErrorKind.InvalidArgument, $"{source}: {words}");
}
