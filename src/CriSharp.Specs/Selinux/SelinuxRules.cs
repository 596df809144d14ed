using System.Text.RegularExpressions;
using CriSharp.Cri.V1;
using CriSharp.Specs.Sections;

namespace CriSharp.Specs.Selinux;

/// <summary>From selinux_options to labels. What isn't said is container_t's, with the level that the sandbox has to itself.</summary>
public static partial class SelinuxRules
{
    private const string DefaultUser = "system_u";
    private const string DefaultRole = "system_r";
    private const string DefaultType = "container_t";
    private const string FileRole = "object_r";
    private const string FileType = "container_file_t";

    /// <summary>Types that the policy confines in nothing: their files are the host's, and stay labelled as they are.</summary>
    private static readonly string[] Unconfined = ["spc_t", "super_t"];

    /// <param name="options">The container's, or the sandbox's for its own process.</param>
    /// <param name="sandboxLevel">Null: the sandbox shares the host's processes or IPC, and has no labels.</param>
    /// <exception cref="Primitives.RuntimeException">InvalidArgument: not words that a label can hold.</exception>
    public static SelinuxLabels Choose(SELinuxOption? options, string? sandboxLevel, bool isPrivileged, HostFacts host)
    {
        Validate(options);
        if (!host.HasSelinux || sandboxLevel is null)
        {
            return SelinuxLabels.None;
        }

        var user = OrDefault(options?.User, DefaultUser);
        var level = OrDefault(options?.Level, sandboxLevel);
        var process = new SelinuxContext(user, OrDefault(options?.Role, DefaultRole), OrDefault(options?.Type, DefaultType), level);
        return new SelinuxLabels(isPrivileged ? null : process, FileLabel(options, sandboxLevel));
    }

    /// <summary>Of what containers write.</summary>
    public static SelinuxContext FileLabel(SELinuxOption? options, string sandboxLevel) =>
        new(OrDefault(options?.User, DefaultUser), FileRole, FileType, OrDefault(options?.Level, sandboxLevel));

    /// <summary>What a container's files and its process are labelled with, for who mounts them before there is a specification.</summary>
    public static SelinuxLabels ForContainer(ContainerConfig config, PodSandboxConfig sandbox, string? sandboxLevel, HostFacts host) =>
        SelinuxSection.ForContainer(config, sandbox, sandboxLevel, host, []);

    /// <summary>Whether a sandbox gets a level: one that shares the host's processes or its IPC would be kept from what it asked for.</summary>
    public static bool HasLevel(PodSandboxConfig config)
    {
        var namespaces = config.Linux?.SecurityContext?.NamespaceOptions;
        return namespaces is not { Pid: NamespaceMode.Node } and not { Ipc: NamespaceMode.Node };
    }

    public static bool IsUnconfined(SelinuxLabels labels) => labels.Process is null || Unconfined.Contains(labels.Process.Type);

    /// <exception cref="Primitives.RuntimeException">InvalidArgument.</exception>
    public static void Validate(SELinuxOption? options)
    {
        if (options is null)
        {
            return;
        }

        Check("user", options.User, Word(), "letters, digits, - and _");
        Check("role", options.Role, Word(), "letters, digits, - and _");
        Check("type", options.Type, Word(), "letters, digits, - and _");
        Check("level", options.Level, LevelForm(), "as s0, s0:c1,c2 or s0-s0:c0.c1023");
    }

    private static void Check(string field, string value, Regex form, string expected)
    {
        if (value.Length > 0 && !form.IsMatch(value))
        {
            throw Refusal.Invalid($"selinux_options.{field} {Refusal.Quote(value)} can't be part of a label: {expected}");
        }
    }

    private static string OrDefault(string? value, string fallback) => string.IsNullOrEmpty(value) ? fallback : value;

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,100}\z")]
    private static partial Regex Word();

    [GeneratedRegex(@"^s[0-9]{1,4}(-s[0-9]{1,4})?(:c[0-9]{1,4}([.,]c[0-9]{1,4}){0,100})?\z")]
    private static partial Regex LevelForm();
}
