using CriSharp.OciRuntime.Commands;
using CriSharp.Primitives;

namespace CriSharp.Pods;

/// <summary>The OCI runtimes by the names that pods ask for; "" is the default one.</summary>
public sealed class RuntimeHandlers(IReadOnlyDictionary<string, OciRuntimeCli> byName, string defaultName)
{
    public IEnumerable<string> Names => byName.Keys;

    public IEnumerable<OciRuntimeCli> All => byName.Values;

    public OciRuntimeCli Default => byName[defaultName];

    /// <exception cref="RuntimeException">NotFound: no such handler is configured.</exception>
    public OciRuntimeCli Get(string name)
    {
        if (byName.TryGetValue(name.Length > 0 ? name : defaultName, out var runtime))
        {
            return runtime;
        }

        throw new RuntimeException(
            ErrorKind.NotFound,
            $"there is no runtime handler \"{name}\": configured are {string.Join(", ", byName.Keys.Order(StringComparer.Ordinal))}");
    }
}
