using CriSharp.Daemon.Configuration;
using CriSharp.Linux;

namespace CriSharp.Daemon.Checks;

/// <summary>All checks, in the order of their lines.</summary>
internal static class HostChecks
{
    private static readonly IReadOnlyList<ICheck> All =
    [
        new ConfigurationCheck(), new RuntimesCheck(), new KernelCheck(), new CgroupsCheck(), new OverlayCheck(), new SecurityCheck(), new UserNamespacesCheck(),
        new NetworkCheck(), new DiskCheck(), new LibrariesCheck(), new SocketCheck(), new RegistriesCheck(), new SignaturePolicyCheck(), new ImagesCheck(),
    ];

    /// <summary>One that fails is a finding, too.</summary>
    public static async Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken)
    {
        var findings = new List<CheckFinding>();
        foreach (var check in All)
        {
            try
            {
                findings.AddRange(await check.RunAsync(options, cancellationToken));
            }
            catch (Exception failure) when (failure is IOException or LinuxException or UnauthorizedAccessException or FormatException)
            {
                findings.Add(CheckFinding.Error(check.GetType().Name.Replace("Check", "", StringComparison.Ordinal).ToLowerInvariant(), $"can't be looked at: {failure.Message}"));
            }
        }

        return findings;
    }
}
