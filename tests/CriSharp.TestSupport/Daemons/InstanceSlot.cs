using System.Globalization;

namespace CriSharp.TestSupport.Daemons;

/// <summary>A number that no other instance on this machine has at the time: bridge name, subnet and cgroup follow from it.</summary>
internal sealed class InstanceSlot : IDisposable
{
    private const int Slots = 200;

    private readonly FileStream _reservation;

    private InstanceSlot(int number, FileStream reservation) => (Number, _reservation) = (number, reservation);

    public int Number { get; }

    public string Name => string.Create(CultureInfo.InvariantCulture, $"crit{Number}");

    /// <summary>A private range that the usual default networks leave alone.</summary>
    public string Subnet => string.Create(CultureInfo.InvariantCulture, $"10.177.{Number}.0/24");

    public static InstanceSlot Take()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "crisharp-test-slots")).FullName;
        for (var number = 1; number <= Slots; number++)
        {
            try
            {
                // FileShare.None is a flock: the kernel frees it however the test process dies.
                var path = Path.Combine(folder, number.ToString(CultureInfo.InvariantCulture));
                return new InstanceSlot(number, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException)
            {
                // Somebody else's.
            }
        }

        throw new InvalidOperationException($"all {Slots} slots for test instances are taken: is a test run looping?");
    }

    public void Dispose() => _reservation.Dispose();
}
