using System.Runtime.InteropServices;

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
            var outcome = reload.Run();
            systemd.Ready($"{status()}; {outcome}");
        });
}
