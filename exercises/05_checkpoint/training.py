"""A training run with everything in it that a checkpoint has to bring back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class Run:
    """The objects of a run that was begun and not trained yet."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    scheduler: Any
    generator: torch.Generator
    loader: DataLoader

    def parts(self) -> dict[str, Any]:
        """The arguments that `save_checkpoint` and `load_checkpoint` share."""
        return {
            "model": self.model,
            "optimizer": self.optimizer,
            "scheduler": self.scheduler,
            "generator": self.generator,
        }


def begin(x: Any, y: Any, seed: int) -> Run:
    """BatchNorm and Dropout, Adam, StepLR, and a loader that shuffles by a generator of its own.

    Another seed gives other weights, another order of samples and other dropout masks.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed + 1)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    hidden = 7
    model = nn.Sequential(
        nn.Linear(x.shape[1], hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(hidden, y.shape[1]),
    ).to(x.dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.01)
    return Run(
        model=model,
        optimizer=optimizer,
        scheduler=torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5),
        generator=generator,
        loader=DataLoader(TensorDataset(x, y), batch_size=5, shuffle=True, generator=generator),
    )


def train(run: Run, epochs: range, after: Callable[[int], None] = lambda epoch: None) -> dict[str, dict[str, Any]]:
    """Train and say what each epoch was like. `after` is called with the number of epochs completed."""
    history = {}
    for epoch in epochs:
        losses, first_batch = [], None
        run.model.train()
        learning_rate = run.optimizer.param_groups[0]["lr"]
        for x, y in run.loader:
            first_batch = x if first_batch is None else first_batch
            run.optimizer.zero_grad()
            loss = nn.functional.mse_loss(run.model(x), y)
            loss.backward()
            run.optimizer.step()
            losses.append(loss.item())
        run.scheduler.step()
        history[f"epoch {epoch}"] = {
            "learning rate": learning_rate,
            "first batch": first_batch,
            "losses": losses,
        }
        after(epoch)
    return history


def state_of(run: Run) -> dict[str, Any]:
    """Every number that the run goes on from."""
    optimizer = run.optimizer.state_dict()
    return {
        "model": dict(run.model.state_dict()),
        "optimizer": {index: dict(moments) for index, moments in optimizer["state"].items()},
        "learning rate": optimizer["param_groups"][0]["lr"],
        "epochs of the scheduler": run.scheduler.last_epoch,
        "next of the generator": torch.rand(3, generator=run.generator),
        "next of torch": torch.rand(3),
    }
