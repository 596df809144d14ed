using System.Runtime.InteropServices;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Toml;

namespace CriSharp.Daemon.Configuration;

/// <summary>
/// Reads [crio.runtime.runtimes.NAME], whose keys are CRI-O's. Here an unknown key is an error, since a handler that isn't what its
/// administrator believes is a hole; one that says nothing ("", false, []) is passed over.
/// </summary>
internal static class RuntimeTableReader
{
    private const string TypeOci = "oci";

    private static readonly string[] Known =
    [
        "runtime_path", "runtime_root", "runtime_type", "platform_runtime_paths", "allowed_annotations", "default_annotations",
        "privileged_without_host_devices", "container_min_memory", "container_create_timeout",
    ];

    /// <param name="place">"FILE:LINE".</param>
    /// <param name="passOver">Is told keys that can't be taken. Null: they are errors.</param>
    /// <exception cref="TomlException">With file, line and key.</exception>
    public static RuntimeTable Read(TomlTable table, string place, Action<string>? passOver = null)
    {
        var read = new RuntimeTable($"{place}: {table.Path}");
        foreach (var key in table.Keys)
        {
            read = Take(read, table, key, passOver);
        }

        return read;
    }

    private static RuntimeTable Take(RuntimeTable read, TomlTable table, string key, Action<string>? passOver)
    {
        var rules = read.Rules;
        switch (key)
        {
            case "runtime_path":
                return read.Path.Length > 0 ? read : read with { Path = table.GetString(key)! };
            case "platform_runtime_paths":
                return PathOfPlatform(table.GetTable(key)!) is { } path ? read with { Path = path } : read;
            case "runtime_root":
                return read with { Root = table.GetString(key)! };
            case "runtime_type" when table.GetString(key) is "" or TypeOci:
                return read;
            case "runtime_type":
                throw table.Error(key, $"is \"{table.GetString(key)}\": only \"{TypeOci}\" is supported, a program with runc's command line");
            case "allowed_annotations":
                return read with { Rules = rules with { AllowedAnnotations = Annotations(table, key) } };
            case "default_annotations":
                return read with { Rules = rules with { DefaultAnnotations = Texts(table.GetTable(key)!) } };
            case "privileged_without_host_devices":
                return read with { Rules = rules with { PrivilegedWithoutHostDevices = table.GetBoolean(key)!.Value } };
            case "container_min_memory":
                return read with { Rules = rules with { LeastMemoryBytes = Size(table, key) } };
            case "container_create_timeout":
                return read with { Rules = rules with { CreateTimeout = Limit(table, key) } };
            default:
                PassOver(table, key, passOver);
                return read;
        }
    }

    /// <returns>Why a key of CRI-O's handlers means nothing here. Null: CRI-O has no such key either.</returns>
    public static string? ReasonOf(string key) => key switch
    {
        "monitor_path" or "monitor_cgroup" or "monitor_env" or "monitor_exec_cgroup" => "can't be chosen by handler: all have the monitor that crio.runtime.conmon names",
        "runtime_config_path" or "runtime_pull_image" => "is for virtual machines, which are not supported",
        "inherit_default_runtime" => "is not supported: write down what this handler has",
        "no_sync_log" => "is not supported: the monitor knows when a log has to reach the disk",
        "stream_websockets" => "is not needed: all handlers have them",
        "seccomp_profile" => "can't be chosen by handler: crio.runtime.seccomp_profile is for all",
        "exec_cpu_affinity" => "is not supported: an exec runs where its container may",
        _ => null,
    };

    public static string Hint(string key) => NearWord.Hint(key, Known);

    private static void PassOver(TomlTable table, string key, Action<string>? passOver)
    {
        if (SaysNothing(table, key))
        {
            return;
        }

        if (passOver is null)
        {
            throw table.Error(key, Unknown(key));
        }

        passOver(key);
    }

    private static string Unknown(string key) => ReasonOf(key) ?? $"is not known{Hint(key)}: a runtime's table may have {string.Join(", ", Known)}";

    /// <summary>"linux/amd64" and the like; the one of this machine goes before runtime_path, wherever it stands.</summary>
    private static string? PathOfPlatform(TomlTable paths) =>
        Texts(paths).GetValueOrDefault($"linux/{ArchitectureName.Of(RuntimeInformation.ProcessArchitecture)}");

    private static Dictionary<string, string> Texts(TomlTable table) =>
        table.Keys.ToDictionary(key => key, key => table.GetString(key)!, StringComparer.Ordinal);

    private static IReadOnlyList<string> Annotations(TomlTable table, string key)
    {
        var names = table.GetStrings(key)!;
        return names.FirstOrDefault(name => name.Length == 0 || name == "*" || name.IndexOf('*', StringComparison.Ordinal) is var star && star >= 0 && star < name.Length - 1) is { } wrong
            ? throw table.Error(key, $"has \"{wrong}\": each is a name, or the beginning of names and * (some are as good as root, so * alone is not taken)")
            : names;
    }

    private static long? Size(TomlTable table, string key)
    {
        var text = table.GetString(key)!;
        return text.Length == 0 ? null
            : ByteSize.TryParse(text, out var bytes) ? bytes
            : throw table.Error(key, $"is \"{text}\", not {ByteSize.Expected}");
    }

    /// <summary>CRI-O has whole seconds; a text is a duration as everywhere here.</summary>
    private static TimeSpan Limit(TomlTable table, string key)
    {
        table.TryGet(key, out var value);
        var limit = value!.Kind == TomlKind.Integer ? TimeSpan.FromSeconds(Math.Clamp(value.Integer, 0, int.MaxValue))
            : Duration.TryParse(table.GetString(key)!, out var duration) ? duration
            : TimeSpan.Zero;
        return limit.TotalSeconds >= 1 && limit.TotalHours <= 24 ? limit : throw table.Error(key, "is no duration from 1s to 24h, nor so many seconds");
    }

    private static bool SaysNothing(TomlTable table, string key)
    {
        table.TryGet(key, out var value);
        return value!.Kind switch
        {
            TomlKind.Text => value.Text.Length == 0,
            TomlKind.Boolean => !value.Boolean,
            TomlKind.Array => value.Items.Count == 0,
            TomlKind.Table => value.Table.Keys.Count == 0,
            _ => false,
        };
    }
}
