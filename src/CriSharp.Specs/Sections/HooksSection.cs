using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>Hooks by the moment at which they run, each in the order of its coming.</summary>
internal static class HooksSection
{
    public static SpecHooks? Build(SpecHooks? before, IReadOnlyList<EditedHook> added)
    {
        if (added.Count == 0)
        {
            return before;
        }

        var hooks = before ?? new SpecHooks();
        foreach (var (moment, hook) in added)
        {
            hooks = moment switch
            {
                "prestart" => hooks with { Prestart = [.. hooks.Prestart ?? [], hook] },
                "createRuntime" => hooks with { CreateRuntime = [.. hooks.CreateRuntime ?? [], hook] },
                "createContainer" => hooks with { CreateContainer = [.. hooks.CreateContainer ?? [], hook] },
                "startContainer" => hooks with { StartContainer = [.. hooks.StartContainer ?? [], hook] },
                "poststart" => hooks with { Poststart = [.. hooks.Poststart ?? [], hook] },
                "poststop" => hooks with { Poststop = [.. hooks.Poststop ?? [], hook] },
                _ => throw Refusal.Invalid($"the hook {Refusal.Quote(hook.Path)} is for {Refusal.Quote(moment)}, which is no moment of a container's life"),
            };
        }

        return hooks;
    }
}
