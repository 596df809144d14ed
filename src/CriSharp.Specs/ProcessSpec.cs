using CriSharp.Oci;

namespace CriSharp.Specs;

/// <summary>A process that is run in a container beside its first: as that one, with a command of its own.</summary>
public static class ProcessSpec
{
    /// <exception cref="Primitives.RuntimeException">InvalidArgument: an empty command, or a NUL in it.</exception>
    public static SpecProcess Build(SpecProcess container, IReadOnlyList<string> command, bool terminal)
    {
        if (command.Count == 0 || command[0].Length == 0)
        {
            throw Refusal.Invalid("exec: no command is given");
        }

        if (command.Any(word => word.Contains('\0')))
        {
            throw Refusal.Invalid("exec: the command holds a NUL character");
        }

        var hasTerm = container.Env.Any(variable => variable.StartsWith("TERM=", StringComparison.Ordinal));
        return container with
        {
            Terminal = terminal ? true : null,
            Args = [.. command],
            Env = terminal && !hasTerm ? [.. container.Env, "TERM=xterm"] : container.Env,
        };
    }
}
