//! A shop that credits every payment exactly once, whatever is killed when.
//!
//!     cargo run -p banano-ws-client --example shop -- ws://127.0.0.1:7074 http://127.0.0.1:7072 ./orders ban_3… ban_1…
//!
//! Each account is one order. Three things make it right:
//! - **A durable book.** A credit is a line in `credits`, on disk before the payment is acknowledged. The
//!   hash of the send is its name: a payment that is told again is in the book already.
//! - **At least once.** The cursor file moves behind a payment only when the book has it, so that a new
//!   process is told everything that this one did not finish.
//! - **The ledger's word.** At the beginning, and whenever the server cannot say that nothing is
//!   missing, the RPC is asked what came to each account.

use std::collections::HashSet;
use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use banano_ws_client::{
    Account, BlockHash, Builder, Confirmations, Event, Item, Payment, ReceivedEvent, Rpc, RpcError,
    Status, StreamExt as _, payment,
};

/// How long after a failed question the ledger is asked again.
const AGAIN: Duration = Duration::from_millis(200);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(&std::env::args().skip(1).collect::<Vec<_>>()).await
}

/// Runs until it is killed.
///
/// # Errors
///
/// If the book or the cursors cannot be kept; the payment is told again to the next process.
pub async fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [ws, rpc, folder, orders @ ..] = arguments else {
        return Err("usage: shop WS_URL RPC_URL FOLDER ACCOUNT…".into());
    };
    let orders = orders.iter().map(|text| text.parse()).collect::<Result<HashSet<Account>, _>>()?;
    let folder = Path::new(folder);
    fs::create_dir_all(folder)?;
    let mut book = Book::open(&folder.join("credits"))?;
    let rpc = Rpc::new(rpc)?;
    // The server may be down: `start` goes on until it is there.
    let builder = Builder::new(ws).cursor_file(folder.join("cursors"));
    let (client, mut events) = builder.start().await?;
    client.subscribe(Confirmations::new().accounts(orders.iter().copied())).await?;
    println!("open");
    let mut must_ask = true;
    loop {
        tokio::select! {
            // Live before the question, so that nothing falls between the two.
            answer = ask(&rpc, &orders), if must_ask => match answer {
                Ok(payments) => {
                    for (account, payment) in payments {
                        book.credit(account, payment)?;
                    }
                    must_ask = false;
                }
                Err(error) => {
                    println!("the ledger does not answer: {error}");
                    tokio::time::sleep(AGAIN).await;
                }
            },
            item = events.next() => match item {
                None => return Ok(()),
                Some(Item::Event(event)) => {
                    if let Some((account, payment)) = paid(&event, &orders) {
                        book.credit(account, payment)?;
                    }
                    // Behind a gap that is not filled yet nothing is acknowledged: a new process has to
                    // hear of it, too.
                    if !must_ask {
                        client.acknowledge(&event)?;
                    }
                }
                Some(Item::Status(status)) => {
                    println!("{status}");
                    if let Status::Continuity { continuity, .. } = status {
                        must_ask |= !continuity.is_complete();
                    }
                }
            },
        }
    }
}

/// The payment of an event, if it is for one of the orders.
fn paid(event: &Event, orders: &HashSet<Account>) -> Option<(Account, Payment)> {
    let ReceivedEvent::Confirmation(confirmation) = &event.event else { return None };
    payment(confirmation).filter(|(account, _)| orders.contains(account))
}

/// Everything that ever came to the orders, as the ledger says.
async fn ask(rpc: &Rpc, orders: &HashSet<Account>) -> Result<Vec<(Account, Payment)>, RpcError> {
    let mut payments = Vec::new();
    for account in orders {
        let receivable = rpc.receivable(*account).await?;
        let received = rpc.received(*account, None).await?;
        let all = receivable.into_iter().chain(received);
        payments.extend(all.map(|(hash, amount)| (*account, Payment { hash, amount })));
    }
    Ok(payments)
}

/// What was credited: one line for each payment, only ever added to.
struct Book {
    file: File,
    credited: HashSet<BlockHash>,
}

impl Book {
    fn open(path: &Path) -> Result<Self, Box<dyn Error>> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let text = fs::read_to_string(path)?;
        // A kill in the middle of a line: that credit was not given, and is given anew.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64)?;
        let lines = text.get(..whole).unwrap_or_default().lines();
        let credited = lines
            .map(|line| line.split(' ').next().unwrap_or_default().parse())
            .collect::<Result<_, _>>()?;
        Ok(Self { file, credited })
    }

    /// Credits a payment, unless it was. On disk when it returns.
    fn credit(&mut self, account: Account, payment: Payment) -> Result<(), Box<dyn Error>> {
        if self.credited.insert(payment.hash) {
            let line = format!("{} {account} {}\n", payment.hash, payment.amount);
            self.file.write_all(line.as_bytes())?;
            self.file.sync_data()?;
            println!("credited {} BAN to {account}", payment.amount.ban());
        }
        Ok(())
    }
}
