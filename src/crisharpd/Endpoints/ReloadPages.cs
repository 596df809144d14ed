using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Daemon.Hosting;

namespace CriSharp.Daemon.Endpoints;

/// <summary>What a reload by people comes to.</summary>
internal sealed class ReloadPages(ReloadConfiguration reload, StartGate gate)
{
    public IEnumerable<AdminPage> All => [AdminPage.Json(AdminAddress.ReloadPath, ReloadAsync) with { Method = "POST" }];

    private async Task<byte[]> ReloadAsync(CancellationToken gone)
    {
        await gate.PassAsync(gone);

        // Whoever asked may go: it is done or refused as a whole.
        var outcome = await reload.RunAsync(CancellationToken.None);
        var document = new ReloadDocument { Changed = outcome.Changed, WantsRestart = outcome.WantsRestart };
        return JsonSerializer.SerializeToUtf8Bytes(document, AdminJson.Default.ReloadDocument);
    }
}
