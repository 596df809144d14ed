using CriSharp.OciRuntime;
using CriSharp.OciRuntime.Commands;
using CriSharp.Primitives;
using CriSharp.Specs;

namespace CriSharp.Pods;

/// <summary>The OCI runtimes by the names that pods ask for; "" is the default one.</summary>
/// <param name="ByName">With the default one.</param>
/// <param name="Defaults">What containers of a handler get where their pods say nothing; the built-in ones where it isn't listed.</param>
/// <param name="Unusable">Handlers that are configured and can't be used, each with the reason.</param>
public sealed record HandlerTable(
    IReadOnlyDictionary<string, OciRuntimeCli> ByName,
    string DefaultName,
    IReadOnlyDictionary<string, ContainerDefaults>? Defaults = null,
    IReadOnlyDictionary<string, string>? Unusable = null)
{
    public OciRuntimeCli Default => ByName[DefaultName];
}

/// <summary>The handlers in force; the table is replaced as a whole when the configuration is read again.</summary>
public sealed class RuntimeHandlers(HandlerTable atStart)
{
    private volatile HandlerTable _now = atStart;

    public IEnumerable<string> Names => _now.ByName.Keys;

    public IEnumerable<OciRuntimeCli> All => _now.ByName.Values;

    public OciRuntimeCli Default => _now.Default;

    public HandlerTable Table => _now;

    public void Replace(HandlerTable table) => _now = table;

    public ContainerDefaults DefaultsOf(string name)
    {
        var now = _now;
        return now.Defaults?.GetValueOrDefault(NameOf(now, name)) ?? ContainerDefaults.BuiltIn;
    }

    /// <summary>For what is new.</summary>
    /// <exception cref="RuntimeException">NotFound: no such handler is configured. FailedPrecondition: its program is not there.</exception>
    public OciRuntimeCli Get(string name)
    {
        var now = _now;
        var known = NameOf(now, name);
        if (now.Unusable?.GetValueOrDefault(known) is { } reason)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"the runtime handler \"{known}\" can't be used: {reason}");
        }

        if (!now.ByName.TryGetValue(known, out var runtime))
        {
            throw new RuntimeException(
                ErrorKind.NotFound,
                $"there is no runtime handler \"{name}\": configured are {string.Join(", ", now.ByName.Keys.Order(StringComparer.Ordinal))}");
        }

        return WithProgram(runtime);
    }

    /// <summary>For what is new in a pod that was made already: where the handler keeps its state elsewhere by now, with the runtime that the pod began with.</summary>
    /// <inheritdoc cref="Get"/>
    public OciRuntimeCli GetFor(string name, RuntimePlace? madeBy)
    {
        Get(madeBy?.Name ?? name);
        return WithProgram(Of(name, madeBy));
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
        var now = _now;
        if (now.ByName.TryGetValue(madeBy?.Name ?? NameOf(now, name), out var runtime) && (madeBy is null || madeBy.Root == runtime.Handler.Root))
        {
            return runtime;
        }

        var place = madeBy ?? new RuntimePlace(name, Path.Combine("/", name), Path.Combine(Path.GetDirectoryName(now.Default.Handler.Root)!, name));
        return new OciRuntimeCli(new RuntimeHandler { Name = place.Name, Path = place.Path, Root = place.Root, SystemdCgroup = now.Default.Handler.SystemdCgroup })
        {
            TimeLimits = now.Default.TimeLimits,
        };
    }

    private static OciRuntimeCli WithProgram(OciRuntimeCli runtime) => File.Exists(runtime.Handler.Path)
        ? runtime
        : throw new RuntimeException(
            ErrorKind.FailedPrecondition,
            $"the runtime handler \"{runtime.Handler.Name}\" can't be used: {runtime.Handler.Path} is gone; install it or correct the handler's path");

    private static string NameOf(HandlerTable table, string name) => name.Length > 0 ? name : table.DefaultName;
}
