using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace CriSharp.Daemon.Hosting;

/// <summary>Tells systemd how the service is; says nothing where systemd did not start it. sd_notify(3)</summary>
internal sealed class SystemdNotifier
{
    private const string SocketVariable = "NOTIFY_SOCKET";
    private const string WatchdogVariable = "WATCHDOG_USEC";
    private const string WatchdogPidVariable = "WATCHDOG_PID";

    // A systemd that does not read must not hold us up for ever.
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(5);

    private readonly UnixDomainSocketEndPoint? _systemd;

    private SystemdNotifier(string? socket, TimeSpan? watchdogLimit)
    {
        // '@' stands for the NUL byte of an abstract name.
        _systemd = string.IsNullOrEmpty(socket) ? null : new UnixDomainSocketEndPoint(socket[0] == '@' ? '\0' + socket[1..] : socket);
        WatchdogLimit = _systemd is null ? null : watchdogLimit;
    }

    /// <summary>Somebody listens.</summary>
    public bool IsHeard => _systemd is not null;

    /// <summary>systemd ends a service that was silent for so long. Null: it does not.</summary>
    public TimeSpan? WatchdogLimit { get; }

    /// <summary>Reads the variables and takes them away: runtimes and plugins would speak for us else.</summary>
    public static SystemdNotifier Take()
    {
        var isForUs = Take(WatchdogPidVariable) is not { Length: > 0 } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var limit = long.TryParse(Take(WatchdogVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0 && isForUs
            ? TimeSpan.FromMicroseconds(microseconds)
            : (TimeSpan?)null;
        return new SystemdNotifier(Take(SocketVariable), limit);
    }

    /// <summary>What the daemon does while it starts, and how much longer it may take from now on.</summary>
    public void Starting(string status, TimeSpan extension) =>
        Send($"STATUS={status}", string.Create(CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={(long)extension.TotalMicroseconds}"));

    public void Ready(string status) => Send("READY=1", $"STATUS={status}");

    /// <summary>Followed by <see cref="Ready"/>.</summary>
    public void Reloading() => Send(
        "RELOADING=1",
        // CLOCK_MONOTONIC, as .NET's stopwatch on Linux.
        string.Create(CultureInfo.InvariantCulture, $"MONOTONIC_USEC={(long)(Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency))}"),
        "STATUS=reads its configuration again");

    public void Healthy(string status) => Send($"STATUS={status}", WatchdogLimit is null ? "" : "WATCHDOG=1");

    /// <summary>Leaves the watchdog to run out.</summary>
    public void Unhealthy(string status) => Send($"STATUS={status}");

    public void Stopping() => Send("STOPPING=1", "STATUS=lets calls end");

    private static string? Take(string variable)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, null);
        return value;
    }

    private void Send(params string[] states)
    {
        if (_systemd is null)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTimeout = (int)SendLimit.TotalMilliseconds;
            var lines = states.Where(state => state.Length > 0).Select(state => state.ReplaceLineEndings(" "));
            socket.SendTo(Encoding.UTF8.GetBytes(string.Join('\n', lines)), _systemd);
        }
        catch (SocketException)
        {
            // It restarts or hangs: what it misses it takes for our failure, and there is nobody else to tell.
        }
    }
}
