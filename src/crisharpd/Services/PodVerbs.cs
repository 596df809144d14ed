using CriSharp.Images;
using CriSharp.Images.Loading;
using CriSharp.Images.Pulling;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Events;
using CriSharp.Pods.Exec;
using CriSharp.Pods.Metrics;
using CriSharp.Pods.Networks;
using CriSharp.Pods.Sandboxes;
using CriSharp.Pods.Stats;

namespace CriSharp.Daemon.Services;

/// <summary>The verbs of the room of the pods, as the services call them.</summary>
internal sealed record PodVerbs(
    PodSandboxStore Sandboxes,
    ContainerStore Containers,
    RunPodSandbox RunPodSandbox,
    StopPodSandbox StopPodSandbox,
    RemovePodSandbox RemovePodSandbox,
    UpdatePodSandboxResources UpdatePodSandboxResources,
    ListPodSandboxes ListPodSandboxes,
    FindPodSandbox FindPodSandbox,
    CreateContainer CreateContainer,
    StartContainer StartContainer,
    StopContainer StopContainer,
    RemoveContainer RemoveContainer,
    ListContainers ListContainers,
    ReopenContainerLog ReopenContainerLog,
    UpdateContainerResources UpdateContainerResources,
    ExecSync ExecSync,
    StreamedExec StreamedExec,
    AttachContainer AttachContainer,
    ConnectToPort ConnectToPort,
    ReadContainerStats ReadContainerStats,
    ReadPodStats ReadPodStats,
    ContainerImageNames ImageNames,
    PodEvents Events,
    ReadPodMetrics ReadPodMetrics);

/// <summary>The verbs of the room of the images, as the services call them.</summary>
internal sealed record ImageVerbs(
    ImageStore Store, PullImage PullImage, RemoveImage RemoveImage, ContainerFileSystem ContainerFileSystem, PullByName PullByName, LoadArchive LoadArchive);
