using CriSharp.Cni;
using CriSharp.Linux;
using CriSharp.Linux.Processes;
using CriSharp.Oci;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Recovery;

/// <summary>
/// What becomes of records that can't be believed. A thing whose record is broken is set aside and left alone, since nothing is known of it.
/// A broken status, or network attachment, beside a good record loses less: the record suffices to show the thing and to undo it.
/// </summary>
public sealed partial class RecoverPods
{
    private void SetAside(string noun, string id, string folder, Exception reason, ProcessesDocument? processes)
    {
        try
        {
            var path = brokenRecords.SetAside(noun, id, Path.Combine(folder, id), reason.Message);
            IsSetAside(logger, noun, id, path, reason.Message);
        }
        catch (IOException failure)
        {
            NotSetAside(logger, noun, id, reason.Message, failure);
        }

        if (processes is { InitPid: > 1 } && PidHandle.TryOpen(new ProcessIdentity(processes.InitPid, processes.InitStartTicks)) is { } init)
        {
            using (init)
            {
                StillRuns(logger, init.Pid, noun, id);
            }
        }
    }

    /// <summary>Not ready any more, so that the kubelet has it stopped: that gives back what it holds.</summary>
    private void ShowDamaged(PodSandboxRecord record, Exception damage)
    {
        KeepStatus("pod sandbox", record.Id.ToString(), options.Folders.StatusOf(record.Id), damage);
        var sandbox = sandboxes.Show(record, new SandboxState.Stopped(options.Time.GetUtcNow(), [], NetworkReleased: false));
        sandboxes.ChangeAnyway(sandbox, sandbox.State, failure => NotWritten(logger, "pod sandbox", record.Id.ToString(), failure));
    }

    /// <summary>Ended, where its monitor has recorded that; otherwise in an unknown state, in which it can be stopped and removed.</summary>
    private void ShowDamaged(ContainerRecord record, Exception damage)
    {
        KeepStatus("container", record.Id.ToString(), options.Folders.StatusOf(record.Id), damage);
        ContainerState state = TryReadEnd(record) is { } end
            ? new ContainerState.Exited(null, end)
            : new ContainerState.Unknown(null, $"its status was damaged: {damage.Message}");
        Settle(containers.Show(record, record.BootId == BootId.Current ? state : AfterReboot(record, state)));
    }

    /// <summary>Where the file of its updates is damaged, those resources are told that it was made with.</summary>
    private void TakeUp(string noun, string id, string path, Action read)
    {
        try
        {
            read();
        }
        catch (FormatException damage)
        {
            KeepStatus(noun, id, path, damage);
        }
    }

    private void KeepStatus(string noun, string id, string path, Exception damage)
    {
        try
        {
            StatusBroken(logger, noun, id, brokenRecords.SetAside($"status of a {noun}", id, path, damage.Message), damage.Message);
        }
        catch (IOException failure)
        {
            NotSetAside(logger, $"status of a {noun}", id, damage.Message, failure);
        }
    }

    /// <summary>
    /// A damaged attachment would keep the pod from being stopped, and its address from being freed: it is made anew from the sandbox's record
    /// and the network as it is configured today, which is what a DEL needs.
    /// </summary>
    private void MendNetwork(PodSandboxRecord record)
    {
        var request = SandboxAttachment.RequestFor(record, options.Folders);
        if (record.HasHostNetwork || SandboxNetwork.FindDamage(request) is not { } damage)
        {
            return;
        }

        if (Shortage.Is(damage))
        {
            throw damage;
        }

        var id = record.Id.ToString();
        try
        {
            var path = brokenRecords.SetAside("network attachment", id, SandboxNetwork.RecordIn(request.CacheDirectory), damage.Message);
            AttachmentBroken(logger, id, path, damage.Message);
            network.Restore(request);
        }
        catch (Exception failure) when (failure is IOException or RuntimeException)
        {
            NotRestored(logger, id, failure);
        }
    }

    [LoggerMessage(51, LogLevel.Error, "The record of {Noun} {Id} can't be used and is set aside at {Path}: {Reason}. What there is of it is left alone; crisharpctl audit lists it")]
    private static partial void IsSetAside(ILogger logger, string noun, string id, string path, string reason);

    [LoggerMessage(54, LogLevel.Error, "The record of {Noun} {Id} can't be used ({Reason}), nor could it be set aside: it stays where it is and is passed over")]
    private static partial void NotSetAside(ILogger logger, string noun, string id, string reason, Exception failure);

    [LoggerMessage(55, LogLevel.Error, "Process {Pid} of {Noun} {Id}, whose record is set aside, still runs: nobody but you can end it")]
    private static partial void StillRuns(ILogger logger, int pid, string noun, string id);

    [LoggerMessage(56, LogLevel.Error, "The status of {Noun} {Id} can't be used and is set aside at {Path}: {Reason}. It is shown so that it can be stopped and removed")]
    private static partial void StatusBroken(ILogger logger, string noun, string id, string path, string reason);

    [LoggerMessage(57, LogLevel.Warning, "Container {Id} belongs to pod sandbox {Sandbox}, which is not known (any more): it is shown so that it can be stopped and removed")]
    private static partial void Orphan(ILogger logger, ContainerId id, PodSandboxId sandbox);

    [LoggerMessage(58, LogLevel.Error, "The network attachment of pod sandbox {Id} can't be used and is set aside at {Path}: {Reason}. It is made anew from the sandbox's record")]
    private static partial void AttachmentBroken(ILogger logger, string id, string path, string reason);

    [LoggerMessage(59, LogLevel.Error, "The network attachment of pod sandbox {Id} could not be made anew: its address may stay taken")]
    private static partial void NotRestored(ILogger logger, string id, Exception failure);
}
