using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Observation;

/// <summary>What a collector of OpenTelemetry's gets, read by a program that is not ours.</summary>
[Collection(ObservedInstanceTests.Name)]
public sealed class TracesTests(ObservedInstance observed)
{
    private CriClient Client => observed.Daemon.Client;

    [Fact]
    public async Task Spans_OfACallersTrace_ReachFromTheCallToTheProgramsThatItRuns()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        const string Parent = "b7ad6b7169203331";
        var options = Traced(Trace, Parent, "01");
        await Client.Images.PullImageAsync(new PullImageRequest { Image = new ImageSpec { Image = observed.ImageName } }, options);
        await Client.Images.RemoveImageAsync(new RemoveImageRequest { Image = new ImageSpec { Image = observed.ImageName } }, options);
        var image = (await Client.Images.PullImageAsync(new PullImageRequest { Image = new ImageSpec { Image = observed.ImageName } }, options)).ImageRef;
        var config = PodConfigs.Pod(observed.Daemon.CgroupParent, observed.Daemon.PodLogs);
        var pod = (await Client.Runtime.RunPodSandboxAsync(new RunPodSandboxRequest { Config = config }, options)).PodSandboxId;
        var container = (await Client.Runtime.CreateContainerAsync(
            new CreateContainerRequest { PodSandboxId = pod, Config = PodConfigs.Sleeper(image), SandboxConfig = config }, options)).ContainerId;
        await Client.Runtime.StartContainerAsync(new StartContainerRequest { ContainerId = container }, options);
        await Client.Runtime.StopPodSandboxAsync(new StopPodSandboxRequest { PodSandboxId = pod }, options);
        await Client.RemovePodAsync(pod);
        await Assert.ThrowsAsync<RpcException>(async () => await Client.Runtime.StartContainerAsync(new StartContainerRequest { ContainerId = container }, options));

        await observed.Daemon.WaitUntilAsync(() => Spans().Any(span => span.Error is not null));

        List<CollectedSpan> Spans() => [.. observed.Collector.Spans.Where(span => span.Trace == Trace)];
        var spans = Spans();
        string PathOf(CollectedSpan span) => span.Parent == Parent ? span.Name : $"{PathOf(spans.Single(one => one.Span == span.Parent))} > {span.Name}";
        var paths = spans.Select(PathOf).Distinct().ToList();
        Assert.Superset(
            new HashSet<string>
            {
                "runtime.v1.RuntimeService/RunPodSandbox > RunPodSandbox > network > CNI plugin bridge, ADD",
                "runtime.v1.RuntimeService/CreateContainer > CreateContainer > snapshot",
                "runtime.v1.RuntimeService/CreateContainer > CreateContainer > monitor and the runtime's create",
                "runtime.v1.RuntimeService/StartContainer > StartContainer > the runtime's start > " + TestNode.Runtime + " start",
                "runtime.v1.RuntimeService/StopPodSandbox > StopPodSandbox > DetachFromNetwork > try > CNI plugin bridge, DEL",
                "runtime.v1.ImageService/PullImage > PullImage > layers > layer",
            },
            paths.ToHashSet());
        var call = spans.Single(span => span.Name == "runtime.v1.RuntimeService/RunPodSandbox");
        Assert.Equal(2, call.Kind);
        Assert.Equal(("crisharpd", "RunPodSandbox", "0"), (call.Service, call.Tags["rpc.method"], call.Tags["rpc.grpc.status_code"]));
        Assert.Equal(pod, spans.Single(span => span.Name == "RunPodSandbox").Tags["crisharp.id"]);
        Assert.All(spans, span => Assert.True(span.Start > 0 && span.End >= span.Start, span.Name));

        // The same ids in the log, and in the words of the call that failed.
        var failed = spans.Single(span => span.Error is not null);
        Assert.Contains(container, failed.Error);
        Assert.Contains(observed.Daemon.Log.Split('\n'), line =>
            line.Contains("StartContainer ended after", StringComparison.Ordinal) && line.Contains($"request={failed.Tags["crisharp.request"]} trace={Trace}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Spans_OfATraceThatIsNotWanted_AreNotSent()
    {
        const string Trace = "1af7651916cd43dd8448eb211c80319d";
        const string Wanted = "2af7651916cd43dd8448eb211c80319e";
        await Client.Runtime.VersionAsync(new VersionRequest(), CriClient.Limited);
        await Client.Runtime.ListContainersAsync(new ListContainersRequest(), Traced(Trace, "b7ad6b7169203331", "00"));
        await Client.Runtime.ListContainersAsync(new ListContainersRequest(), Traced(Wanted, "b7ad6b7169203331", "01"));

        await observed.Daemon.WaitUntilAsync(() => observed.Collector.Spans.Any(span => span.Trace == Wanted));

        Assert.DoesNotContain(observed.Collector.Spans, span => span.Trace == Trace || span.Name.EndsWith("/Version", StringComparison.Ordinal));
    }

    private static CallOptions Traced(string trace, string parent, string flags) =>
        CriClient.Limited.WithHeaders(new Metadata { { "traceparent", $"00-{trace}-{parent}-{flags}" } });
}
