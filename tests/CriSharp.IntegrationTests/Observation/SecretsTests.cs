using System.Text;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Audits;
using CriSharp.TestSupport.Daemons;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace CriSharp.IntegrationTests.Observation;

/// <summary>Secrets go through the daemon; none comes out where it was not sent to. Each has the same word in it.</summary>
[Collection(ObservedInstanceTests.Name)]
public sealed class SecretsTests(ObservedInstance observed)
{
    private const string Canary = "canary";

    private CriClient Client => observed.Daemon.Client;

    public static TheoryData<string, AuthConfig> Logins => new()
    {
        { "password", new AuthConfig { Username = "alice", Password = "canary-password" } },
        { "auth", new AuthConfig { Auth = Convert.ToBase64String("alice:canary-auth"u8) } },
        { "identity", new AuthConfig { IdentityToken = "canary-identity-token-0123456789" } },
        { "registry", new AuthConfig { RegistryToken = "canary-registry-token-0123456789" } },
        { "malformed", new AuthConfig { Auth = "canary: no base64" } },
    };

    [Theory]
    [MemberData(nameof(Logins))]
    public async Task Credentials_OfAPull_AreToldToNobody_EvenWhereTheRegistryTellsThem(string name, AuthConfig login)
    {
        AnswerWithWhatWasSent();
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Client.Images.PullImageAsync(
            new PullImageRequest { Image = new ImageSpec { Image = $"{observed.Hostile.Host}/{name}:latest" }, Auth = login }, Traced));
        AssertHasNone(failure.ToString());
        await AssertToldNowhereAsync();
    }

    [Fact]
    public async Task Credentials_OfAnAuthFile_AreToldToNobody()
    {
        AnswerWithWhatWasSent();
        var folder = Directory.CreateDirectory(Path.Combine(observed.Daemon.Folder, ".docker")).FullName;
        var file = Path.Combine(folder, "config.json");
        string[] contents =
        [
            $"{{\"auths\": {{\"{observed.Hostile.Host}\": {{\"auth\": \"{Convert.ToBase64String("bob:canary-file"u8)}\"}}}}}}",
            $"{{\"auths\": {{\"{observed.Hostile.Host}\": {{\"auth\": \"canary, no base64\"}}}}}}",
            """{"auths": {"a": "canary"}} canary""",
        ];
        foreach (var content in contents)
        {
            await File.WriteAllTextAsync(file, content);
            var failure = await Assert.ThrowsAsync<RpcException>(() => Client.PullAsync($"{observed.Hostile.Host}/file:latest"));
            AssertHasNone(failure.ToString());
        }

        File.Delete(file);
        await AssertToldNowhereAsync();
    }

    /// <summary>Annotations and environment are told in the answers that the CRI has for them, and nowhere else.</summary>
    [Fact]
    public async Task Secrets_OfContainers_AreNotInLogPagesFiguresNorTraces()
    {
        var image = await Client.PullAsync(observed.ImageName);
        var config = PodConfigs.Pod(observed.Daemon.CgroupParent, observed.Daemon.PodLogs);
        config.Annotations["example.com/secret"] = "canary-annotation";
        var pod = (await Client.Runtime.RunPodSandboxAsync(new RunPodSandboxRequest { Config = config }, Traced)).PodSandboxId;
        var sleeper = PodConfigs.Sleeper(image);
        sleeper.Envs.Add(new KeyValue { Key = "SECRET", Value = ByteString.CopyFromUtf8("canary-environment") });
        sleeper.Annotations["example.com/secret"] = "canary-annotation";
        var request = new CreateContainerRequest { PodSandboxId = pod, Config = sleeper, SandboxConfig = config };
        var container = (await Client.Runtime.CreateContainerAsync(request, Traced)).ContainerId;
        await Client.StartAsync(container);
        await Client.Runtime.ExecSyncAsync(new ExecSyncRequest { ContainerId = container, Cmd = { "sh", "-c", ": canary-argument" }, Timeout = 10 }, Traced);
        sleeper.WorkingDir = "no/absolute/path";
        await Assert.ThrowsAsync<RpcException>(async () => await Client.Runtime.CreateContainerAsync(request, Traced));

        var status = await Client.Runtime.StatusAsync(new StatusRequest { Verbose = true }, CriClient.Limited);
        var podStatus = await Client.Runtime.PodSandboxStatusAsync(new PodSandboxStatusRequest { PodSandboxId = pod, Verbose = true }, CriClient.Limited);
        var imageStatus = await Client.Images.ImageStatusAsync(new ImageStatusRequest { Image = new ImageSpec { Image = image }, Verbose = true }, CriClient.Limited);
        foreach (var info in (IEnumerable<KeyValuePair<string, string>>[])[status.Info, podStatus.Info, imageStatus.Info])
        {
            Assert.All(info, part => AssertHasNone(part.Value));
        }

        await AssertToldNowhereAsync();
        await Client.StopPodAsync(pod);
        await Client.RemovePodAsync(pod);
        await AssertToldNowhereAsync();
    }

    private static CallOptions Traced =>
        CriClient.Limited.WithHeaders(new Metadata { { "traceparent", $"00-{Guid.NewGuid():N}-b7ad6b7169203331-01" } });

    /// <summary>401 with all challenges to who has sent nothing; to all others, token services included, 403 with the request's own secrets in its words.</summary>
    private void AnswerWithWhatWasSent() => observed.Hostile.Handler = async context =>
    {
        var sent = context.Request.Headers.Authorization.ToString();
        var form = context.Request.Method == "POST" ? await new StreamReader(context.Request.Body).ReadToEndAsync() : "";
        context.Response.StatusCode = sent.Length + form.Length == 0 ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
        context.Response.Headers.WWWAuthenticate = context.Request.Path.Value!.Contains("/identity/", StringComparison.Ordinal) || context.Request.Path.Value.Contains("/registry/", StringComparison.Ordinal)
            ? $"Bearer realm=\"http://{observed.Hostile.Host}/token\""
            : "Basic realm=\"x\"";
        var decoded = sent.StartsWith("Basic ", StringComparison.Ordinal) ? Encoding.UTF8.GetString(Convert.FromBase64String(sent[6..])) : "";
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync($"you sent {sent} {decoded} {form}");
        return true;
    };

    private async Task AssertToldNowhereAsync()
    {
        AssertHasNone(observed.Daemon.Log);
        using var admin = AdminSocket.Connect(observed.Daemon.Socket);
        foreach (var path in (string[])["/status", "/operations", "/pulls", "/audit", "/metrics"])
        {
            AssertHasNone(await admin.GetStringAsync(path));
        }

        var sent = (await observed.MetricsAsync()).Value("crisharp_trace_spans_sent_total");
        await observed.Daemon.WaitUntilAsync(() => observed.Collector.Spans.Count >= sent);
        AssertHasNone(observed.Collector.Text);
    }

    /// <summary>Neither as it is nor as Basic writes it.</summary>
    private static void AssertHasNone(string text)
    {
        Assert.DoesNotContain(Canary, text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String("alice:canary"u8)[..15], text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String("bob:canary"u8)[..12], text, StringComparison.Ordinal);
    }
}
