using System.Diagnostics;
using System.Text.Json;

namespace CriSharp.Streaming.Tests.ForeignClients;

/// <summary>A script that talks to the server through another implementation of WebSockets: npm's ws.</summary>
internal static class ForeignClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "ForeignClients");
    private static readonly string[] ProgramFolders = ["/usr/local/bin", "/usr/bin", "/bin"];
    private static readonly Lazy<Task> Packages = new(() => RunAsync(Find("npm")!, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", Folder]));

    public static bool HasNode => Find("node") is not null && Find("npm") is not null;

    /// <param name="protocols">Offered, with commas between them.</param>
    /// <param name="input">Text for channel 0, or a number of bytes.</param>
    /// <param name="ending">end: the input's end in version 5; close: goodbye; none.</param>
    /// <returns>What it heard.</returns>
    public static async Task<JsonElement> TalkAsync(Uri address, string protocols, string input, string ending)
    {
        await Packages.Value;
        var output = await RunAsync(Find("node")!, [Path.Combine(Folder, "websocket.js"), address.ToString(), protocols, input, ending]);
        return JsonDocument.Parse(output).RootElement;
    }

    private static string? Find(string program) => ProgramFolders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} failed: {await errors}");
        return await output;
    }
}

/// <summary>Left out, visibly, where Node.js and npm are not installed.</summary>
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute() => Skip = ForeignClient.HasNode ? null : "Node.js and npm are not installed (apt install nodejs npm)";
}

internal sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute() => Skip = ForeignClient.HasNode ? null : "Node.js and npm are not installed (apt install nodejs npm)";
}
