using CriSharp.Cri.V1;
using CriSharp.Specs.Selinux;

namespace CriSharp.Specs.Sections;

/// <summary>A container without options has its pod's.</summary>
internal static class SelinuxSection
{
    public static SelinuxLabels ForContainer(ContainerConfig config, PodSandboxConfig sandbox, string? level, HostFacts host, ICollection<string> warnings)
    {
        var security = config.Linux?.SecurityContext;
        var options = security?.SelinuxOptions ?? sandbox.Linux?.SecurityContext?.SelinuxOptions;
        return Choose(options, level, security?.Privileged ?? false, host, warnings);
    }

    public static SelinuxLabels ForSandbox(PodSandboxConfig config, string? level, HostFacts host, ICollection<string> warnings)
    {
        var security = config.Linux?.SecurityContext;
        return Choose(security?.SelinuxOptions, level, security?.Privileged ?? false, host, warnings);
    }

    private static SelinuxLabels Choose(SELinuxOption? options, string? level, bool isPrivileged, HostFacts host, ICollection<string> warnings)
    {
        if (!host.HasSelinux && options is not (null or { User: "", Role: "", Type: "", Level: "" }))
        {
            warnings.Add("selinux_options are not applied: this host doesn't run with SELinux");
        }

        return SelinuxRules.Choose(options, level, isPrivileged, host);
    }
}
