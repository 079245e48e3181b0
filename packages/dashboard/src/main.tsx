import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createServices, ServicesContext } from "./data/services.ts";
import { router } from "./routes.tsx";

const place = document.querySelector("#page");
if (place === null) throw new Error("The page has no place to be drawn in.");
const services = createServices(location.origin);

createRoot(place).render(
  <StrictMode>
    <ServicesContext value={services}>
      <QueryClientProvider client={services.queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </ServicesContext>
  </StrictMode>,
);
