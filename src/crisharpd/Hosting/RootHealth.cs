using CriSharp.Daemon.Configuration;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Whether root, run root and image store can be written, found out by writing every ten seconds. A full disk is no reason to be unhealthy: what makes room
/// goes on, and the kubelet sees the pressure by itself. Each change is logged once. The reserve for state is made again in the same round.
/// </summary>
internal sealed class RootHealth(DaemonOptions options, DiskRoom room, ImageDisk images, TimeProvider time, ILogger<RootHealth> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    private RootVerdict _last = RootVerdict.Well;
    private long _probeBegan;

    /// <summary>The last one; also that the disk has not answered for long, where a probe hangs.</summary>
    public RootVerdict Verdict
    {
        get
        {
            var began = Interlocked.Read(ref _probeBegan);
            return began == 0 || time.GetElapsedTime(began) < AnswerLimit
                ? Volatile.Read(ref _last)
                : new RootVerdict("RootNotAnswering", $"a write to {Folders} has not ended for {time.GetElapsedTime(began).TotalSeconds:0} s: the disk hangs");
        }
    }

    private string Folders => options.HasSplitImageStore ? $"{options.Root}, {options.RunRoot} or {options.ImageStore}" : $"{options.Root} or {options.RunRoot}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            // At the start the root's lock and the sockets have just been written.
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await Task.Run(Look, CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The daemon stops.
        }
    }

    private void Look()
    {
        Interlocked.Exchange(ref _probeBegan, time.GetTimestamp());
        var verdict = VerdictOn(options.Root) ?? VerdictOn(options.RunRoot) ?? (options.HasSplitImageStore ? VerdictOn(options.ImageStore) : null) ?? RootVerdict.Well;
        var before = Interlocked.Exchange(ref _last, verdict);
        Interlocked.Exchange(ref _probeBegan, 0);
        if (verdict.Reason != before.Reason)
        {
            Tell(verdict);
        }

        room.Reserve.TryRestore();
        images.Room.Reserve.TryRestore();
    }

    private static RootVerdict? VerdictOn(string folder) => FolderProbe.Try(folder) switch
    {
        null or { ErrorNumber: Errno.ENOSPC or Errno.EDQUOT } => null,
        { ErrorNumber: Errno.EROFS } => new RootVerdict(
            "RootReadOnly", $"{folder} is read-only: see the kernel's log for the reason, then mount it writable again; containers go on, nothing new can be made"),
        var failure => new RootVerdict("RootNotWritable", $"{folder} can't be written ({failure.Message}): nothing new can be made"),
    };

    private void Tell(RootVerdict verdict)
    {
        if (verdict.IsWritable)
        {
            log.RootIsWell(options.Root, options.RunRoot);
            return;
        }

        log.RootIsIll(verdict.Reason, verdict.Words);
    }
}

/// <summary>How the folders of an instance are.</summary>
/// <param name="Reason">One word, as the kubelet shows it; empty when they are well.</param>
/// <param name="Words">What is wrong and what to do, for people.</param>
internal sealed record RootVerdict(string Reason, string Words)
{
    public static RootVerdict Well { get; } = new("", "");

    public bool IsWritable => Reason.Length == 0;
}
