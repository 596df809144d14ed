using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>The command and where it starts.</summary>
internal static class ProcessSection
{
    /// <summary>
    /// As Docker has it: a pod's command replaces the image's entrypoint and its arguments, a pod's args alone replace only the image's arguments.
    /// </summary>
    public static IReadOnlyList<string> Arguments(ContainerConfig config, ImageConfig image)
    {
        string[] words = config.Command.Count > 0
            ? [.. config.Command, .. config.Args]
            : [.. image.Entrypoint, .. config.Args.Count > 0 ? config.Args : image.Cmd];
        if (words.Length == 0 || words[0].Length == 0)
        {
            throw Refusal.Invalid("no command: neither the container's config nor its image has a command or an entrypoint");
        }

        return words.Any(word => word.Contains('\0'))
            ? throw Refusal.Invalid("the command or its arguments hold a NUL character")
            : words;
    }

    /// <summary>The pod's, else the image's, else the root; made in the container by the OCI runtime where it is missing.</summary>
    public static string WorkingDirectory(ContainerConfig config, ImageConfig image)
    {
        if (config.WorkingDir.Length > 0 && config.WorkingDir[0] != '/')
        {
            throw Refusal.Invalid($"working_dir {Refusal.Quote(config.WorkingDir)} is not absolute");
        }

        var path = ContainerPath.Clean(config.WorkingDir.Length > 0 ? config.WorkingDir : image.WorkingDir);
        if (path.Contains('\0'))
        {
            throw Refusal.Invalid("the working directory holds a NUL character");
        }

        // CVE-2024-21626: a descriptor that the OCI runtime holds on the host would be the working directory.
        return IsProcessLink(path)
            ? throw Refusal.Invalid($"the working directory {Refusal.Quote(path)} leads through a process's open descriptors, root or working directory")
            : path;
    }

    public static SpecUser User(ResolvedUser user) => new()
    {
        Uid = user.Uid,
        Gid = user.Gid,
        AdditionalGids = user.AdditionalGids.Count > 0 ? user.AdditionalGids : null,
    };

    /// <summary>Behind a process's root or working directory there may be a link to its descriptors.</summary>
    private static bool IsProcessLink(string path)
    {
        var parts = path.Split('/');
        return (parts[1] == "proc" && parts.Any(part => part is "fd" or "root" or "cwd")) || (parts[1] == "dev" && parts.Length > 2 && parts[2] == "fd");
    }
}
