using System.Text;
using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;

namespace ConmonSharp.Tests.Rig;

/// <summary>One monitor with a folder of its own; what it may have left is ended and removed with it.</summary>
internal sealed class MonitorRig : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("conmon-sharp-");
    private ChildProcess? _monitor;
    private PipePair? _report;

    public MonitorRig(string runtime)
    {
        Directory.CreateDirectory(Bundle);
        Arguments = new MonitorArguments
        {
            Id = $"crisharp-test-{Path.GetFileName(Folder)[13..]}",
            Bundle = Bundle,
            Runtime = runtime,
            RuntimeArguments = ["--root", Path.Combine(Folder, "state")],
            PidFile = Path.Combine(Folder, "pid"),
            ExitFile = Path.Combine(Folder, "exit"),
            Socket = Path.Combine(Folder, "monitor.sock"),
            LogPath = Path.Combine(Folder, "0.log"),
            CreateTimeout = TimeSpan.FromSeconds(20),
        };
    }

    public MonitorArguments Arguments { get; set; }

    public string Folder => _folder.FullName;

    public string Bundle => Path.Combine(Folder, "bundle");

    public string LogPath => Path.Combine(Folder, "0.log");

    public ChildProcess Monitor => _monitor ?? throw new InvalidOperationException("not launched");

    /// <summary>For runtimes that take no more than a command from config.json.</summary>
    public void WriteCommand(params string[] command) =>
        File.WriteAllText(Path.Combine(Bundle, "config.json"), ProcessDocument(command, "process"));

    public string WriteProcess(string name, params string[] command)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, ProcessDocument(command, null));
        return path;
    }

    public async Task StartAsync()
    {
        var program = await PublishedMonitor.PathAsync();
        _report = PipePair.Create();
        _monitor = ChildProcess.Start(new ProgramStart
        {
            Path = program,
            Arguments = [program, .. Arguments.ToArguments()],
            Environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            Descriptors = [new ChildDescriptor(3, _report.Writer)],
            NewSession = true,
        });
        _report.Writer.Dispose();
    }

    public async Task<LaunchReport> ReadReportAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        var capture = new PipeCapture(_report!.Reader, LaunchReport.LongestLineBytes);
        await capture.ReadAsync(limit.Token);
        return LaunchReport.Parse(capture.Kept.Span);
    }

    /// <summary>Nobody waits for the report any more.</summary>
    public void DropReport() => _report!.Reader.Dispose();

    public async Task<LaunchReport> LaunchAsync()
    {
        await StartAsync();
        return await ReadReportAsync();
    }

    /// <summary>Launches, and has the runtime start the container.</summary>
    public async Task<int> LaunchAndStartAsync()
    {
        var report = await LaunchAsync();
        Assert.True(report.Succeeded, report.Message);
        await StartContainerAsync();
        return report.Pid;
    }

    public async Task StartContainerAsync() => await RunRuntimeAsync("start", Arguments.Id);

    public async Task<ProgramOutput> RunRuntimeAsync(params string[] verb)
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = Arguments.Runtime,
                Arguments = [.. Arguments.RuntimeArguments, .. verb],
                Environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
                TimeLimit = Limit,
            },
            CancellationToken.None);
        Assert.True(output.Exit.IsSuccess, $"{verb[0]}: {output.StandardErrorText}");
        return output;
    }

    public async Task<ProcessExit> WaitForMonitorAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        return await Monitor.WaitForExitAsync(limit.Token);
    }

    /// <summary>After the monitor's end.</summary>
    public ExitRecord ReadExit() => ExitRecord.Parse(File.ReadAllBytes(Arguments.ExitFile));

    /// <summary>The log's lines as "stdout F text".</summary>
    public string[] ReadLog() => ReadLog(LogPath);

    public static string[] ReadLog(string path)
    {
        var lines = Encoding.UTF8.GetString(File.ReadAllBytes(path)).Split('\n');
        Assert.Equal("", lines[^1]);
        return Array.ConvertAll(lines[..^1], static line =>
        {
            Assert.Matches("^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{9}Z (stdout|stderr) [PF] ", line);
            return line[31..];
        });
    }

    public MonitorPeer Connect() => new(Arguments.Socket);

    public async ValueTask DisposeAsync()
    {
        if (_monitor is not null)
        {
            // Whatever has a test's folder in its command line or environment is below the monitor or came from it.
            await Leftovers.EndAsync(_monitor, Arguments);
            _monitor.Dispose();
        }

        _report?.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string ProcessDocument(string[] command, string? wrap)
    {
        var process = $$"""{"cwd":"/","user":{"uid":0,"gid":0},"env":["PATH=/bin:/usr/bin"],"args":{{System.Text.Json.JsonSerializer.Serialize(command)}}}""";
        return wrap is null ? process : $$"""{"{{wrap}}":{{process}}}""";
    }
}
