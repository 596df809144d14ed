using System.Globalization;
using System.Text.Json.Nodes;

namespace CriSharp.TestSupport.FakeCni;

/// <summary>
/// A folder with CNI plugins whose n-th call of a verb fails, hangs or prints nonsense as a test says; see the head of fake-cni.sh.
/// Without a real plugin behind them they do nothing and answer with an address. Dispose removes the folder.
/// </summary>
public sealed class FakeCniPlugins : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("fake-cni-").FullName;

    /// <param name="names">The plugins to stand for.</param>
    public FakeCniPlugins(params string[] names)
    {
        foreach (var name in names.Length > 0 ? names : ["fake"])
        {
            using var script = typeof(FakeCniPlugins).Assembly.GetManifestResourceStream("fake-cni.sh")
                ?? throw new InvalidOperationException("fake-cni.sh is not embedded");
            using var file = new FileStream(Path.Combine(_directory, name), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            });
            script.CopyTo(file);
        }
    }

    /// <summary>What is named as the (first) plugin folder.</summary>
    public string PluginDirectory => _directory;

    /// <summary>"VERB PLUGIN CONTAINERID" per call so far, in order.</summary>
    public IReadOnlyList<string> Calls =>
        File.Exists(Path.Combine(_directory, "calls")) ? [.. File.ReadAllLines(Path.Combine(_directory, "calls")).Select(line => line.TrimEnd())] : [];

    /// <summary>Without the container ids: "ADD bridge".</summary>
    public IReadOnlyList<string> Verbs => [.. Calls.Select(call => string.Join(' ', call.Split(' ').Take(2)))];

    /// <summary>Standard input of the n-th call, from 1.</summary>
    public JsonNode InputOf(int call) => JsonNode.Parse(File.ReadAllText(Path.Combine(_directory, $"in.{call}")))!;

    /// <summary>A call is counted a moment before its input is there.</summary>
    public bool HasInputOf(int call) => new FileInfo(Path.Combine(_directory, $"in.{call}")) is { Exists: true, Length: > 0 };

    /// <summary>The CNI_* variables of the n-th call, from 1.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(int call) =>
        File.ReadAllLines(Path.Combine(_directory, $"env.{call}")).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>The plugin's work is done by this program.</summary>
    public void Delegate(string name, string realPlugin) => File.WriteAllText(Path.Combine(_directory, $"real.{name}"), realPlugin);

    /// <param name="verb">ADD, DEL, CHECK, GC, STATUS or *.</param>
    /// <param name="nth">From 1; null: every call.</param>
    /// <param name="action">One of fake-cni.sh's: fail, fail-later, fail-after, crash, hang, hang-child, hang-after, garbage, huge, silent, print.</param>
    /// <param name="words">One line.</param>
    public void Plan(string verb, int? nth, string action, string words = "")
    {
        if (words.Contains('\n', StringComparison.Ordinal))
        {
            throw new ArgumentException("words are one line", nameof(words));
        }

        var call = nth?.ToString(CultureInfo.InvariantCulture) ?? "*";
        File.AppendAllText(Path.Combine(_directory, "plan"), $"{verb} {call} {action} {words}\n");
    }

    /// <summary>Everything works again; calls go on being counted.</summary>
    public void ClearPlan() => File.Delete(Path.Combine(_directory, "plan"));

    /// <summary>A configuration list of these plugins, in this order, as the text of a .conflist file.</summary>
    public static string Conflist(string network, IEnumerable<string> types, string cniVersion = "1.0.0")
    {
        var plugins = types.Select(type => $$$"""{"type": "{{{type}}}", "capabilities": {"portMappings": true}}""");
        return $$"""{"cniVersion": "{{cniVersion}}", "name": "{{network}}", "plugins": [{{string.Join(", ", plugins)}}]}""";
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
