using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Specs.Sections;

namespace CriSharp.Specs;

/// <summary>
/// The infra container: pid 1 of a pod's shared PID namespace and nothing else. It runs one static program from a read-only folder,
/// without capabilities.
/// </summary>
public static class SandboxSpec
{
    /// <summary>The kernel takes everything else of a node first.</summary>
    private const int OomScoreAdj = -998;

    /// <summary>The least that there is: it sleeps.</summary>
    private const ulong CpuShares = 2;

    /// <inheritdoc cref="ContainerSpec.Build"/>
    public static BuiltSpec Build(SandboxSpecInput input)
    {
        var warnings = new List<string>();
        var security = input.Config.Linux?.SecurityContext ?? new LinuxSandboxSecurityContext();
        var selinux = SelinuxSection.ForSandbox(input.Config, input.SelinuxLevel, input.Host, warnings);
        var resources = new LinuxContainerResources { OomScoreAdj = OomScoreAdj };
        var mappings = UserNamespaceRules.OfSandbox(security.NamespaceOptions);
        var mounts = new MountTable();
        mounts.Set(DefaultMounts.Proc);
        // Without it the OCI runtime would make device nodes in the folder that all infra containers share.
        mounts.Set(DefaultMounts.Dev);
        var spec = new RuntimeSpec
        {
            Process = new SpecProcess
            {
                User = ProcessSection.User(UserResolution.ResolveForSandbox(security)),
                Args = [input.PausePath],
                Cwd = "/",
                Capabilities = CapabilitiesSection.None,
                NoNewPrivileges = true,
                ApparmorProfile = AppArmorSection.Build(
                    security.Apparmor, deprecatedName: "", security.Privileged, input.Defaults.AppArmorProfile, input.Host, warnings),
                OomScoreAdj = ResourcesSection.OomScoreAdj(resources, input.Host, warnings),
                SelinuxLabel = selinux.Process?.ToString(),
            },
            Root = new SpecRoot { Path = input.RootFsPath, ReadOnly = true },
            Mounts = mounts.InOrder(),
            Annotations = AnnotationsSection.ForSandbox(input),
            Linux = new SpecLinux
            {
                UidMappings = mappings is null ? null : [mappings.Users],
                GidMappings = mappings is null ? null : [mappings.Groups],
                CgroupsPath = input.CgroupsPath,
                MountLabel = selinux.Mount?.ToString(),
                Namespaces = NamespacesSection.Build(
                    new NamespaceOption { Pid = NamespaceMode.Container }, isPrivileged: false, input.Namespaces, mappings, input.Host),
                Resources = new SpecResources
                {
                    Devices = [new SpecDeviceRule { Allow = false, Access = "rwm" }],
                    Cpu = new SpecCpu { Shares = CpuShares },
                },
                Seccomp = security.Privileged
                    ? null
                    : SeccompSection.Build(
                        SeccompSection.Choose(security.Seccomp, DeprecatedFields.Seccomp(security)), input.LocalhostSeccompProfile, input.Defaults.SeccompProfile, input.Host, []),
            },
        };
        return new BuiltSpec(spec, warnings);
    }
}
