using CriSharp.OciRuntime;
using CriSharp.OciRuntime.Commands;
using CriSharp.Primitives;
using CriSharp.Specs;

namespace CriSharp.Pods;

/// <summary>The OCI runtimes by the names that pods ask for; "" is the default one.</summary>
/// <param name="byName">With the default one.</param>
/// <param name="defaults">What containers of a handler get where their pods say nothing; the built-in ones where it isn't listed.</param>
/// <param name="unusable">Handlers that are configured and can't be used, each with the reason.</param>
public sealed class RuntimeHandlers(
    IReadOnlyDictionary<string, OciRuntimeCli> byName,
    string defaultName,
    IReadOnlyDictionary<string, ContainerDefaults>? defaults = null,
    IReadOnlyDictionary<string, string>? unusable = null)
{
    public IEnumerable<string> Names => byName.Keys;

    public IEnumerable<OciRuntimeCli> All => byName.Values;

    public OciRuntimeCli Default => byName[defaultName];

    public ContainerDefaults DefaultsOf(string name) => defaults?.GetValueOrDefault(NameOf(name)) ?? ContainerDefaults.BuiltIn;

    /// <summary>For what is new.</summary>
    /// <exception cref="RuntimeException">NotFound: no such handler is configured. FailedPrecondition: its program is not there.</exception>
    public OciRuntimeCli Get(string name)
    {
        if (unusable?.GetValueOrDefault(NameOf(name)) is { } reason)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"the runtime handler \"{NameOf(name)}\" can't be used: {reason}");
        }

        if (!byName.TryGetValue(NameOf(name), out var runtime))
        {
            throw new RuntimeException(
                ErrorKind.NotFound,
                $"there is no runtime handler \"{name}\": configured are {string.Join(", ", byName.Keys.Order(StringComparer.Ordinal))}");
        }

        return File.Exists(runtime.Handler.Path)
            ? runtime
            : throw new RuntimeException(
                ErrorKind.FailedPrecondition, $"the runtime handler \"{NameOf(name)}\" can't be used: {runtime.Handler.Path} is gone; install it or correct the handler's path");
    }

    /// <inheritdoc cref="Get"/>
    public RuntimePlace PlaceOf(string name)
    {
        var handler = Get(name).Handler;
        return new RuntimePlace(handler.Name, handler.Path, handler.Root);
    }

    /// <summary>For what was made already, whatever has become of its handler.</summary>
    /// <param name="name">The handler that was asked for.</param>
    /// <param name="madeBy">Null in records of earlier releases.</param>
    public OciRuntimeCli Of(string name, RuntimePlace? madeBy)
    {
        if (byName.TryGetValue(madeBy?.Name ?? NameOf(name), out var runtime) && (madeBy is null || madeBy.Root == runtime.Handler.Root))
        {
            return runtime;
        }

        var place = madeBy ?? new RuntimePlace(name, Path.Combine("/", name), Path.Combine(Path.GetDirectoryName(Default.Handler.Root)!, name));
        return new OciRuntimeCli(new RuntimeHandler { Name = place.Name, Path = place.Path, Root = place.Root, SystemdCgroup = Default.Handler.SystemdCgroup })
        {
            TimeLimits = Default.TimeLimits,
        };
    }

    private string NameOf(string name) => name.Length > 0 ? name : defaultName;
}
