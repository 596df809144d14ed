using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Security;

/// <summary>A container that has this machine's programs instead of an image's, so that what is installed here can be tried under a filter.</summary>
internal static class HostPrograms
{
    /// <summary>Where the scripts beside this file are in the container.</summary>
    public const string Scripts = "/probe";

    private static readonly string[] HostFolders = ["/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc/alternatives", "/etc/ssl", "/etc/java-17-openjdk", "/etc/java-21-openjdk"];

    public static ContainerConfig Container(string image, params string[] command)
    {
        var config = PodConfigs.Container(image, command);
        foreach (var folder in HostFolders.Where(Directory.Exists))
        {
            Mount(config, folder, folder);
        }

        Mount(config, Path.Combine(AppContext.BaseDirectory, "Security"), Scripts);
        Mount(config, AppContext.BaseDirectory, "/probe-app");
        if (Path.GetDirectoryName(Environment.ProcessPath) is { } dotnet && File.Exists(Path.Combine(dotnet, "dotnet")))
        {
            Mount(config, dotnet, "/dotnet");
        }

        config.Linux.SecurityContext.Seccomp = new SecurityProfile();
        return config;
    }

    private static void Mount(ContainerConfig config, string hostPath, string containerPath) =>
        config.Mounts.Add(new Mount { HostPath = hostPath, ContainerPath = containerPath, Readonly = true });
}
