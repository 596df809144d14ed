using CriSharp.Admin;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CriSharp.Ctl.Tests;

/// <summary>A CRI server in this process, whose containers end at once after writing a log, on a socket in a folder of its own.</summary>
internal sealed class FakeCriServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ctl-").FullName;
    private readonly TaskCompletionSource _progressTold = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WebApplication _app;

    private FakeCriServer(bool withAdminSocket)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(Runtime);
        builder.Services.AddSingleton(Images);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(Socket, listen => listen.Protocols = HttpProtocols.Http2);
            if (withAdminSocket)
            {
                kestrel.ListenUnixSocket(AdminAddress.Beside(Socket), listen => listen.Protocols = HttpProtocols.Http1);
            }
        });
        _app = builder.Build();
        _app.MapGrpcService<FakeRuntimeService>();
        _app.MapGrpcService<FakeImageService>();
        _app.MapGet(AdminAddress.AuditPath, context => context.Response.WriteAsJsonAsync(Audit, AdminJson.Default.AuditDocument));
        _app.MapPost(AdminAddress.AuditFixPath, context => context.Response.WriteAsJsonAsync(Fixed, AdminJson.Default.AuditDocument));
        Admin.Map(_app);
        _app.MapGet(AdminAddress.PullsPath, async context =>
        {
            await context.Response.WriteAsJsonAsync(Images.Progress, AdminJson.Default.PullsDocument);
            // Told once the answer is complete: a pull that ends earlier would race with it.
            context.Response.OnCompleted(() =>
            {
                _progressTold.TrySetResult();
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>What the admin socket answers to an audit, and to one that fixes.</summary>
    public AuditDocument Audit { get; set; } = new() { At = DateTimeOffset.UnixEpoch, Findings = [] };

    public AuditDocument Fixed { get; set; } = new() { At = DateTimeOffset.UnixEpoch, Findings = [] };

    public FakeRuntimeService Runtime { get; } = new();

    public FakeImageService Images { get; } = new();

    public FakeAdmin Admin { get; } = new();

    /// <summary>The admin socket has answered how far the pulls are.</summary>
    public Task ProgressWasTold => _progressTold.Task;

    public string Socket => Path.Combine(_folder, "cri.sock");

    public string LogsFolder => Path.Combine(_folder, "logs");

    public static async Task<FakeCriServer> StartAsync(bool withAdminSocket = false)
    {
        var server = new FakeCriServer(withAdminSocket);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Runs one command line as a person would.</summary>
    public Task<Outcome> CtlAsync(params string[] words) => CtlAsync(Socket, LogsFolder, words);

    public static async Task<Outcome> CtlAsync(string socket, string logsFolder, params string[] words)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        using var surroundings = new Surroundings(output, error) { PodLogsFolder = logsFolder, CompletionLimit = TimeSpan.FromSeconds(30) };
        var exitCode = await CommandTree.RunAsync(["--endpoint", socket, .. words], surroundings);
        return new Outcome(exitCode, Text(output), Text(error));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Text(MemoryStream stream) => System.Text.Encoding.UTF8.GetString(stream.ToArray());

    internal sealed record Outcome(int ExitCode, string Output, string Error);
}
