using System.Runtime.InteropServices;

namespace CriSharp.Daemon.Hosting;

/// <summary>SIGHUP has the configuration read again; systemd is told when that begins and ends.</summary>
internal static class ReloadOnHangup
{
    /// <param name="opened">A signal that comes while the daemon starts is heeded then: who tells systemd of a reload's end tells it that all is ready.</param>
    /// <param name="status">One line for systemctl status.</param>
    /// <returns>Dispose of it to ignore the signal no longer: it ends the process then.</returns>
    public static PosixSignalRegistration Listen(ReloadConfiguration reload, Task opened, SystemdNotifier systemd, Func<string> status) =>
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = RunAsync(reload, opened, systemd, status);
        });

    private static async Task RunAsync(ReloadConfiguration reload, Task opened, SystemdNotifier systemd, Func<string> status)
    {
        await opened;
        systemd.Reloading();
        var words = await OutcomeAsync(reload);
        systemd.Ready($"{status()}; {words}");
    }

    private static async Task<string> OutcomeAsync(ReloadConfiguration reload)
    {
        try
        {
            return (await reload.RunAsync(CancellationToken.None)).ToString();
        }
        catch (Exception wrong)
        {
            // Whatever it was: systemd waits for the end of a reload that has begun.
            return $"the configuration is wrong and the old one stays: {wrong.Message}";
        }
    }
}
