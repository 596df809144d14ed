using System.Globalization;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Processes;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Commands;

/// <summary>
/// Runs one OCI runtime's verbs (create is the monitor's to run). Each call has a time limit, after which the runtime and all that it
/// started is killed, and a failure carries the runtime's own words.
/// </summary>
public sealed class OciRuntimeCli(RuntimeHandler handler)
{
    private const string SearchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const int OutputLimitBytes = 1024 * 1024;

    public RuntimeHandler Handler { get; } = handler;

    public OciRuntimeTimeLimits TimeLimits { get; init; } = new();

    /// <summary>The same, for a container whose cgroup is made so, whatever the handler does with new pods today.</summary>
    public OciRuntimeCli With(bool systemdCgroup) =>
        systemdCgroup == Handler.SystemdCgroup ? this : new OciRuntimeCli(Handler with { SystemdCgroup = systemdCgroup }) { TimeLimits = TimeLimits };

    /// <exception cref="RuntimeException">FailedPrecondition: the program is missing; Unavailable: it hung; Internal: it refused.</exception>
    public Task StartAsync(ContainerId id, CancellationToken cancellationToken) =>
        RunAsync(["start", $"{id}"], TimeLimits.Start, cancellationToken);

    /// <summary>For handlers whose containers are no plain processes; else a pidfd is surer and costs nothing.</summary>
    /// <param name="everyProcess">All of the container's, not only its init.</param>
    /// <inheritdoc cref="StartAsync"/>
    public Task KillAsync(ContainerId id, int signal, bool everyProcess, CancellationToken cancellationToken)
    {
        string[] scope = everyProcess ? ["--all"] : [];
        return RunAsync(["kill", .. scope, $"{id}", signal.ToString(CultureInfo.InvariantCulture)], TimeLimits.Kill, cancellationToken);
    }

    /// <summary>
    /// Idempotent: a container that the runtime does not know is deleted. Where the program has vanished its state is removed all the same: the
    /// caller has ended the container's processes before, and removes its cgroup.
    /// </summary>
    /// <param name="force">Kills it first if it lives.</param>
    /// <inheritdoc cref="StartAsync"/>
    public async Task DeleteAsync(ContainerId id, bool force, CancellationToken cancellationToken)
    {
        string[] how = force ? ["--force"] : [];
        if (!File.Exists(Handler.Path))
        {
            TreeRemoval.Remove(Path.Combine(Handler.Root, $"{id}"));
            return;
        }

        var output = await TryRunAsync(["delete", .. how, $"{id}"], default, TimeLimits.Delete, cancellationToken);
        if (!output.Exit.IsSuccess && Knows(id))
        {
            throw Failure("delete", $"{id}", output);
        }
    }

    /// <returns>Null when the runtime does not know the container.</returns>
    /// <inheritdoc cref="StartAsync"/>
    public async Task<OciRuntimeState?> StateAsync(ContainerId id, CancellationToken cancellationToken)
    {
        var output = await TryRunAsync(["state", $"{id}"], default, TimeLimits.Query, cancellationToken);
        if (output.Exit.IsSuccess)
        {
            return OciRuntimeState.Parse(output.StandardOutput.Span);
        }

        return Knows(id) ? throw Failure("state", $"{id}", output) : null;
    }

    /// <param name="resources">The linux.resources document of the runtime specification, as JSON.</param>
    /// <inheritdoc cref="StartAsync"/>
    public Task UpdateAsync(ContainerId id, ReadOnlyMemory<byte> resources, CancellationToken cancellationToken) =>
        RunAsync(["update", "--resources", "-", $"{id}"], TimeLimits.Update, cancellationToken, resources);

    /// <summary>The runtime's features document (JSON), or null when it has no such verb (crun before 1.8.5, runc before 1.1).</summary>
    /// <inheritdoc cref="StartAsync"/>
    public async Task<ReadOnlyMemory<byte>?> FeaturesAsync(CancellationToken cancellationToken)
    {
        var output = await TryRunAsync(["features"], default, TimeLimits.Query, cancellationToken);
        return output.Exit.IsSuccess ? output.StandardOutput : null;
    }

    /// <summary>Name and version, from the first line of --version: "runc version 1.1.5+ds1".</summary>
    /// <inheritdoc cref="StartAsync"/>
    public async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        var output = await RunAsync(["--version"], TimeLimits.Query, cancellationToken);
        return output.StandardOutputText.Split('\n', 2)[0].Trim();
    }

    /// <summary>The containers that the runtime has state of, also those that it made for somebody who is gone.</summary>
    public IReadOnlyList<ContainerId> List()
    {
        if (!Directory.Exists(Handler.Root))
        {
            return [];
        }

        var ids = new List<ContainerId>();
        foreach (var directory in Directory.EnumerateDirectories(Handler.Root))
        {
            if (ContainerId.TryParse(Path.GetFileName(directory), out var id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    // runc and crun both keep a folder per container: it answers without matching anybody's words.
    private bool Knows(ContainerId id) => Directory.Exists(Path.Combine(Handler.Root, $"{id}"));

    private async Task<ProgramOutput> RunAsync(
        IReadOnlyList<string> arguments, TimeSpan limit, CancellationToken cancellationToken, ReadOnlyMemory<byte> input = default)
    {
        var output = await TryRunAsync(arguments, input, limit, cancellationToken);
        return output.Exit.IsSuccess ? output : throw Failure(arguments[0], arguments.Count > 1 ? arguments[^1] : "", output);
    }

    private async Task<ProgramOutput> TryRunAsync(
        IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var detail = Operation.Within($"{Handler.Name} {arguments[0]}");
        try
        {
            return await ProgramRun.RunAsync(
                new ProgramCommand
                {
                    Path = Handler.Path,
                    // The log goes where the plain words go: one pipe, read within limits, and no file to clean up.
                    Arguments = [.. Handler.GlobalArguments, "--log", "/dev/stderr", "--log-format", "json", .. arguments],
                    Environment = [SearchPath],
                    StandardInput = input,
                    TimeLimit = limit,
                    OutputLimitBytes = OutputLimitBytes,
                },
                cancellationToken);
        }
        catch (TimeoutException hung)
        {
            throw new RuntimeException(
                ErrorKind.Unavailable, $"OCI runtime '{Handler.Name}': {string.Join(' ', arguments)}: {hung.Message}", hung);
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(
                failure.ErrorNumber is Errno.ENOENT or Errno.EACCES ? ErrorKind.FailedPrecondition : ErrorKind.Internal,
                $"OCI runtime '{Handler.Name}' can't be run: {failure.Message}; install it or correct the handler's path",
                failure);
        }
    }

    private RuntimeException Failure(string verb, string subject, ProgramOutput output) => new(
        ErrorKind.Internal, $"OCI runtime '{Handler.Name}': {verb} {subject}: {RuntimeWords.Of(output.StandardErrorText) ?? $"{output.Exit}, no words"}");
}
