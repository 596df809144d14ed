using System.Globalization;
using System.Text;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Polling;
using Microsoft.Win32.SafeHandles;

namespace ConmonSharp;

/// <summary>
/// Notices that the kernel killed a process of the container for want of memory. The counter oom_kill is read when the container ends,
/// and when the kernel tells of a change, because systemd may remove the cgroup before the monitor learns of the end.
/// https://docs.kernel.org/admin-guide/cgroup-v2.html (memory.events), cgroup-v1/memory.html (memory.oom_control)
/// </summary>
internal sealed class OutOfMemoryWatch : IDisposable
{
    private const string Counter = "oom_kill ";
    private const int SecondLookMilliseconds = 50;

    private readonly MonitorLoop _loop;
    private readonly SafeFileHandle _counterFile;
    private readonly long _before;
    private FileWatch? _modified;
    private EventDescriptor? _event;

    private OutOfMemoryWatch(MonitorLoop loop, SafeFileHandle counterFile)
    {
        _loop = loop;
        _counterFile = counterFile;
        _before = ReadCounter();
    }

    /// <summary>Whether there has been a kill.</summary>
    public bool Seen { get; private set; }

    /// <returns>Null: the process is in no memory cgroup of its own.</returns>
    public static OutOfMemoryWatch? TryOpen(MonitorLoop loop, int pid)
    {
        if (MemoryCgroup.TryFind(pid) is not { } cgroup)
        {
            return null;
        }

        var counterPath = $"{cgroup.Folder}/{(cgroup.IsUnified ? "memory.events" : "memory.oom_control")}";
        var counterFile = HostPath.TryOpen(counterPath, OpenFlags.ReadOnly);
        if (counterFile is null)
        {
            return null;
        }

        var watch = new OutOfMemoryWatch(loop, counterFile);
        try
        {
            watch.Subscribe(cgroup, counterPath);
        }
        catch (LinuxException)
        {
            // No more watches, or no such interface in this kernel: the look at the end remains.
        }

        return watch;
    }

    /// <summary>Looks at the counter now.</summary>
    public void Check() => Seen |= ReadCounter() > _before;

    public void Dispose()
    {
        if (_modified is not null)
        {
            _loop.Poll.Remove(_modified.Handle);
            _modified.Dispose();
        }

        if (_event is not null)
        {
            _loop.Poll.Remove(_event.Handle);
            _event.Dispose();
        }

        _counterFile.Dispose();
    }

    private void Subscribe(MemoryCgroup cgroup, string counterPath)
    {
        if (cgroup.IsUnified)
        {
            _modified = FileWatch.OnModification(counterPath);
            _loop.Poll.Add(_modified.Handle, PollEvents.Readable, _ =>
            {
                _modified.Clear();
                Check();
            });
            return;
        }

        var raised = new EventDescriptor();
        SmallFile.Write($"{cgroup.Folder}/cgroup.event_control", $"{raised.Handle.DangerousGetHandle()} {_counterFile.DangerousGetHandle()}");
        _event = raised;
        _loop.Poll.Add(raised.Handle, PollEvents.Readable, _ =>
        {
            // v1 tells of the want, a moment before the kill is counted.
            raised.Clear();
            _loop.Deadlines.After(SecondLookMilliseconds, Check);
        });
    }

    private long ReadCounter()
    {
        if (_counterFile.IsClosed)
        {
            return 0;
        }

        Span<byte> content = stackalloc byte[1024];
        try
        {
            var text = Encoding.ASCII.GetString(content[..RandomAccess.Read(_counterFile, content, 0)]);
            foreach (var line in text.Split('\n'))
            {
                if (line.StartsWith(Counter, StringComparison.Ordinal))
                {
                    return long.Parse(line.AsSpan(Counter.Length), CultureInfo.InvariantCulture);
                }
            }
        }
        catch (IOException)
        {
            // ENODEV: the cgroup has gone; what was seen before counts.
        }

        return 0;
    }
}
