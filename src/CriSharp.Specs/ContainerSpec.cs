using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Specs.Sections;
using Google.Protobuf.Collections;

namespace CriSharp.Specs;

/// <summary>
/// From what the kubelet asks for, what the image says and what the host can give to the document that an OCI runtime runs. Pure: it reads
/// nothing, and equal input makes equal bytes.
/// </summary>
public static class ContainerSpec
{
    /// <exception cref="Primitives.RuntimeException">
    /// InvalidArgument: the request is wrong. FailedPrecondition: this host or pod can't give it. Unimplemented: not built yet.
    /// </exception>
    public static BuiltSpec Build(ContainerSpecInput input)
    {
        var security = input.Config.Linux?.SecurityContext ?? new LinuxContainerSecurityContext();
        var mappings = UserNamespaceRules.OfSandbox(input.Sandbox.Linux?.SecurityContext?.NamespaceOptions);
        Validate(input, security, mappings);

        var warnings = new List<string>();
        var selinux = SelinuxSection.ForContainer(input.Config, input.Sandbox, input.SelinuxLevel, input.Host, warnings);

        var resources = input.Config.Linux?.Resources;
        var capabilities = CapabilitiesSection.Build(security, input.Defaults.Capabilities, input.Host, warnings);
        var process = new SpecProcess
        {
            Terminal = input.Config.Tty ? true : null,
            User = ProcessSection.User(input.User),
            Args = ProcessSection.Arguments(input.Config, input.Image),
            Env = EnvironmentSection.Build(input, warnings),
            Cwd = ProcessSection.WorkingDirectory(input.Config, input.Image),
            Capabilities = capabilities,
            Rlimits = RlimitsSection.Build(input.Defaults.Rlimits, input.Host, warnings),
            NoNewPrivileges = security.NoNewPrivs ? true : null,
            ApparmorProfile = AppArmorSection.Build(
                security.Apparmor, DeprecatedFields.AppArmor(security), security.Privileged, input.Defaults.AppArmorProfile, input.Host, warnings),
            OomScoreAdj = ResourcesSection.OomScoreAdj(resources, input.Host, warnings),
            SelinuxLabel = selinux.Process?.ToString(),
        };

        var mounts = MountsSection.Build(input, mappings);
        var devices = DevicesSection.Build(input, mappings is not null);
        var spec = new RuntimeSpec
        {
            Process = process,
            Root = new SpecRoot { Path = input.RootFsPath, ReadOnly = security.ReadonlyRootfs ? true : null },
            Mounts = [.. mounts.Mounts, .. devices.Binds],
            Annotations = AnnotationsSection.ForContainer(input),
            Linux = new SpecLinux
            {
                UidMappings = mappings is null ? null : [mappings.Users],
                GidMappings = mappings is null ? null : [mappings.Groups],
                CgroupsPath = input.CgroupsPath,
                // A container that says nothing of namespaces has its pod's.
                Namespaces = NamespacesSection.Build(security.NamespaceOptions ?? input.Sandbox.Linux?.SecurityContext?.NamespaceOptions, security.Privileged, input.Namespaces, mappings, input.Host),
                Resources = ResourcesSection.Build(resources, devices.Rules, input.Host, input.Defaults.LeastMemoryBytes),
                Devices = devices.Devices.Count > 0 ? devices.Devices : null,
                Seccomp = security.Privileged
                    ? null
                    : SeccompSection.Build(
                        SeccompSection.Choose(security.Seccomp, DeprecatedFields.Seccomp(security)),
                        input.LocalhostSeccompProfile,
                        input.Defaults.SeccompProfile,
                        input.Host,
                        capabilities.Bounding ?? []),
                RootfsPropagation = mounts.RootPropagation,
                MountLabel = selinux.Mount?.ToString(),
                MaskedPaths = PathsOrNull("masked_paths", security.MaskedPaths, security.Privileged),
                ReadonlyPaths = PathsOrNull("readonly_paths", security.ReadonlyPaths, security.Privileged),
            },
        };
        return new BuiltSpec(EditsSection.Apply(spec, input), warnings);
    }

    private static void Validate(ContainerSpecInput input, LinuxContainerSecurityContext security, PodIdMappings? mappings)
    {
        MetadataRules.Validate(input.Config.Metadata);
        UserNamespaceRules.CheckContainer(security.NamespaceOptions, mappings);
        UserNamespaceRules.CheckUser(input.User, security, input.Image.User, mappings);
        if (input.Config.Windows is not null && input.Config.Linux is null)
        {
            throw Refusal.Invalid("the container's config is for Windows only");
        }

        if (security.Privileged && !(input.Sandbox.Linux?.SecurityContext?.Privileged ?? false))
        {
            throw Refusal.Unmet("a privileged container needs a privileged pod sandbox, and this one was made without");
        }
    }

    /// <summary>As they are asked for: the kubelet sends its own list, and an empty one to unmask.</summary>
    private static string[]? PathsOrNull(string field, RepeatedField<string> paths, bool isPrivileged)
    {
        if (isPrivileged || paths.Count == 0)
        {
            return null;
        }

        if (paths.FirstOrDefault(path => path is not ['/', ..] || path.Contains('\0')) is { } wrong)
        {
            throw Refusal.Invalid($"{field}: {Refusal.Quote(wrong)} is not an absolute path");
        }

        return [.. paths];
    }
}
