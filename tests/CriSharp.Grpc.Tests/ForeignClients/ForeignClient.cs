using System.Diagnostics;
using System.Text.Json;
using CriSharp.Grpc.Tests.Probe;

namespace CriSharp.Grpc.Tests.ForeignClients;

/// <summary>A script that calls the probe by another implementation of gRPC.</summary>
internal sealed class ForeignClient
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "ForeignClients");
    private static readonly Lazy<Task> NodePackages = new(InstallNodePackagesAsync);
    private static readonly string[] ProgramFolders = ["/usr/local/bin", "/usr/bin", "/bin"];

    private readonly string _program;
    private readonly string _script;

    private ForeignClient(string program, string script) => (_program, _script) = (program, Path.Combine(Folder, script));

    public static bool HasNode => Find("node") is not null && Find("npm") is not null;

    public static async Task<ForeignClient> OpenAsync(string language)
    {
        if (language == "python")
        {
            // Debian's own interpreter: it is the one that python3-grpcio is for.
            return new ForeignClient("/usr/bin/python3", "client.py");
        }

        await NodePackages.Value;
        return new ForeignClient(Find("node")!, "client.js");
    }

    public Process Start(string socketPath, string scenario) => Start(_program, [_script, socketPath, scenario]);

    /// <summary>Runs a scenario to its end.</summary>
    public async Task<JsonElement> RunAsync(string socketPath, string scenario, string input = "")
    {
        using var process = Start(socketPath, scenario);
        var output = await FinishAsync(process, input);
        return JsonDocument.Parse(output).RootElement;
    }

    private static string? Find(string program) => ProgramFolders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static async Task InstallNodePackagesAsync()
    {
        using var process = Start(Find("npm")!, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", Folder]);
        await FinishAsync(process, "");
    }

    private static Process Start(string program, string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task<string> FinishAsync(Process process, string input)
    {
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(2 * ProbeServer.Patience);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        Assert.True(process.ExitCode == 0, $"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} failed "
            + $"(python needs Debian's python3-grpcio): {await errors}");
        return await output;
    }
}

/// <summary>A test per foreign client; the one in JavaScript is left out, visibly, where Node.js and npm are not installed.</summary>
internal sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute() => Skip = ForeignClient.HasNode ? null : "Node.js and npm are not installed (apt install nodejs npm)";
}
