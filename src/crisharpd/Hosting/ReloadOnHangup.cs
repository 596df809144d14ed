using System.Runtime.InteropServices;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Hosting;

/// <summary>SIGHUP has the configuration read again; systemd is told when that begins and ends.</summary>
internal static class ReloadOnHangup
{
    /// <param name="status">One line for systemctl status.</param>
    /// <returns>Dispose of it to ignore the signal no longer: it ends the process then.</returns>
    public static PosixSignalRegistration Listen(ReloadConfiguration reload, SystemdNotifier systemd, Func<string> status) =>
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            systemd.Reloading();
            _ = RunAsync(reload, systemd, status);
        });

    private static async Task RunAsync(ReloadConfiguration reload, SystemdNotifier systemd, Func<string> status)
    {
        var words = await OutcomeAsync(reload);
        systemd.Ready($"{status()}; {words}");
    }

    private static async Task<string> OutcomeAsync(ReloadConfiguration reload)
    {
        try
        {
            return (await reload.RunAsync(CancellationToken.None)).ToString();
        }
        catch (RuntimeException wrong)
        {
            return $"the configuration is wrong and the old one stays: {wrong.Message}";
        }
    }
}
